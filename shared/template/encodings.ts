/** How values are written into the places where templates may stand. */

/** What encodeURIComponent leaves as it is; everything else is percent-encoded. */
const plainInUrl = /^[\w.~!*'()-]*$/;

export function encodeForUrl(value: string): string {
  if (plainInUrl.test(value)) return value;
  return encodeURIComponent(value.toWellFormed());
}

/**
 * A name or value of application/x-www-form-urlencoded (URL Standard, 5.2): spaces are plus signs,
 * and all but letters, digits and `*-._` is percent-encoded.
 */
export function encodeForForm(value: string): string {
  return encodeForUrl(value)
    .replaceAll("%20", "+")
    .replaceAll(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A name in the head of a multipart/form-data part (HTML Standard, 4.10.21.8). */
export function encodeForPart(value: string): string {
  return value.replaceAll(/["\r\n]/g, (char) => encodeURIComponent(char));
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
