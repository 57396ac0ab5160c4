/** How values are written into the places where templates may stand. */

/** What encodeURIComponent leaves as it is; everything else is percent-encoded. */
const plainInUrl = /^[\w.~!*'()-]*$/;

export function encodeForUrl(value: string): string {
  if (plainInUrl.test(value)) return value;
  return encodeURIComponent(value.toWellFormed());
}

const forbiddenInHeader = /[^\t\x20-\x7e\x80-\xff]/g;
const plainInHeader = /^[\x20-\x7e]*$/;

/**
 * Line breaks, other control characters and what is beyond Latin-1 are left out: no value can end
 * a header and begin another (RFC 9110, 5.5).
 */
export function encodeForHeader(value: string): string {
  return plainInHeader.test(value) ? value : value.replaceAll(forbiddenInHeader, "");
}

const plainInJson = /^[ !#-[\]-~]*$/;

/** The inside of a JSON string (RFC 8259, 7). */
export function encodeForJson(value: string): string {
  return plainInJson.test(value) ? value : JSON.stringify(value).slice(1, -1);
}
