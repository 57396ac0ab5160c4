import { plainUrl } from "@onrush/shared/format/plainUrl.ts";

/**
 * A name of the source as a scenario can have it: names stand in reports, so that one that is an
 * address loses what may be secret; they have no control characters, and `${` would be a variable.
 */
export function importedName(wanted: string, maxCharacters: number): string {
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(wanted.trim());
  return (isAddress ? plainUrl(wanted.trim()) : wanted)
    .replaceAll(/\p{Cc}+/gu, " ")
    .replaceAll("${", () => "$${")
    .trim()
    .slice(0, maxCharacters)
    .trim();
}
