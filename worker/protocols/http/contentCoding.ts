import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import type { ContentCoding } from "@onrush/shared/scenario/requestFields.ts";

/** Content codings of requests and answers (RFC 9110, 8.4). */

export type Encode = (bytes: Uint8Array) => Uint8Array;

const brotli =
  (quality: number): Encode =>
  (bytes) => {
    // Its tables are as large as its window: the size of the body is enough of one.
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    return brotliCompressSync(bytes, { params });
  };
const zstd =
  (level: number): Encode =>
  (bytes) =>
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });

/** For bodies that are compressed once; the highest levels of brotli take seconds for a megabyte. */
export const encodeOnce: Readonly<Record<ContentCoding, Encode>> = {
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  br: brotli(6),
  zstd: zstd(3),
};

/**
 * For bodies that are compressed for each request, on the thread that sends them: the fastest
 * levels, 10 to 30 µs for up to 7 KB and 2 µs more for each KB beyond, a third of what the usual
 * ones take of large bodies for a result that is hardly larger.
 */
export const encodeFast: Readonly<Record<ContentCoding, Encode>> = {
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
  deflate: (bytes) => deflateSync(bytes, { level: 1 }),
  br: brotli(1),
  zstd: zstd(1),
};

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
