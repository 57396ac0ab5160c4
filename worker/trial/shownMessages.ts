import { isUtf8 } from "node:buffer";
import { isSecretHeader, MASK, withoutScheme } from "@onrush/shared/scenario/secrets.ts";
import type { TrialBody } from "@onrush/shared/trial/trialEvents.ts";
import { decodeBody } from "../protocols/http/contentCoding.ts";
import type { SecretValues } from "./secretValues.ts";

/** Requests and answers as they may be shown. */

type Pairs = readonly (readonly [name: string, value: string])[];

/** Of a body so many characters are shown. */
export const SHOWN_CHARS = 16_384;
/**
 * Masked before it is cut, so that no part of a secret is left at the cut: as much as a scenario
 * can hold. No more is decoded.
 */
const MASKED_BYTES = 1_000_000;

/** `sid=x; Path=/` without x. */
const maskCookie = (line: string) => line.replace(/=[^;]*/, `=${MASK}`);

function maskHeader(name: string, value: string, secrets: SecretValues): string {
  if (name.toLowerCase() === "set-cookie") return maskCookie(value);
  if (!isSecretHeader(name)) return secrets.mask(value);
  const secret = withoutScheme(value);
  return `${value.slice(0, value.length - secret.length)}${MASK}`;
}

export const shownHeaders = (headers: Pairs, secrets: SecretValues) =>
  headers.map(([name, value]): [string, string] => [name, maskHeader(name, value, secrets)]);

/** Sessions are long; a cookie like `theme=dark` would take words apart that merely contain it. */
const LEAST_COOKIE_CHARS = 8;

/** What was sent as a secret is one wherever it turns up again. */
export function noteSecrets(headers: Pairs, secrets: SecretValues): void {
  for (const [name, value] of headers) {
    if (name.toLowerCase() === "set-cookie") {
      const cookie = cookieValue(value);
      if (cookie.length >= LEAST_COOKIE_CHARS) secrets.add(cookie);
    } else if (isSecretHeader(name)) secrets.add(withoutScheme(value));
  }
}

const cookieValue = (line: string) => /=([^;]*)/.exec(line)?.[1]?.trim() ?? "";

/** Without its content coding, where it can be read without. `bytes` may be the beginning only. */
export function shownBody(
  bytes: Uint8Array,
  size: number,
  headers: Pairs,
  secrets: SecretValues,
): TrialBody {
  const coding = headers.find(([name]) => name.toLowerCase() === "content-encoding")?.[1];
  const decoded =
    coding !== undefined && bytes.length === size && size > 0
      ? decodeBody(bytes, coding, MASKED_BYTES)
      : undefined;
  const plain = decoded?.ok === true ? decoded.bytes : bytes;
  const begin = Buffer.from(plain.subarray(0, MASKED_BYTES));
  const whole = secrets.mask(begin.toString("utf8"));
  const isCut = whole.length > SHOWN_CHARS || plain.length > MASKED_BYTES || bytes.length < size;
  // A character may have been cut in two where the bytes end.
  const isText =
    isUtf8(begin) || (plain.length > MASKED_BYTES && !whole.slice(0, -4).includes("\uFFFD"));
  return { bytes: size, text: whole.slice(0, SHOWN_CHARS), isText, isCut };
}
