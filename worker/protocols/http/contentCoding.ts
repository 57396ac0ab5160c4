import {
  brotliDecompressSync,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from "node:zlib";

/** Content codings of answers (RFC 9110, 8.4). */

type Limit = { maxOutputLength: number };
type Decode = (bytes: Uint8Array, limit: Limit) => Uint8Array;

const ZLIB_METHOD = 8;

/** With its zlib header, as it is defined, or without, as some servers send it. */
const inflate: Decode = (bytes, limit) =>
  ((bytes[0] ?? 0) & 15) === ZLIB_METHOD ? inflateSync(bytes, limit) : inflateRawSync(bytes, limit);

const decoders: Readonly<Record<string, Decode>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflate,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

export type Decoded =
  | { ok: true; bytes: Uint8Array }
  /** It would be larger than the limit, or is not what its coding says. */
  | { ok: false; why: "tooLarge" | "malformed" };

/** More than one coding after another is nothing that servers do. */
const MAX_CODINGS = 3;

/**
 * A body without its codings. At most `maxBytes` come out, whatever a few bytes claim to be; a
 * coding that we did not ask for and do not know is malformed.
 */
export function decodeBody(body: Uint8Array, codings: string, maxBytes: number): Decoded {
  const names = codings
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > MAX_CODINGS) return { ok: false, why: "malformed" };
  let bytes = body;
  for (const name of names.reverse()) {
    const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
    if (decode === undefined) return { ok: false, why: "malformed" };
    try {
      bytes = decode(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      return { ok: false, why: code === "ERR_BUFFER_TOO_LARGE" ? "tooLarge" : "malformed" };
    }
  }
  return { ok: true, bytes };
}
