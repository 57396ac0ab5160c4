import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress, zstdDecompressSync } from "node:zlib";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { decodeFrame, encodeFrame } from "@onrush/shared/wire/frame.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** A frame, compressed outside the main thread to about half. */
export async function pack(value: unknown): Promise<Uint8Array> {
  return plainBytes(await compress(encodeFrame(value), FASTEST));
}

/**
 * Asking another thread for it takes longer than to unpack so little: a long run has tens of
 * thousands of seconds, most of them of a few kilobytes.
 */
const SMALL_BYTES = 32_768;

/** Rejects when the bytes are not a packed frame. Byte arrays of the result are views into it. */
export async function unpack(packed: Uint8Array): Promise<unknown> {
  const isSmall = packed.length <= SMALL_BYTES;
  return decodeFrame(plainBytes(isSmall ? zstdDecompressSync(packed) : await decompress(packed)));
}

/** Views into a Buffer would be Buffers, which compare, print and turn into JSON differently. */
export function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Packed seconds by their record, as long as that is in use: a record never changes, a corrected
 * second has another one.
 */
const packedSeconds = new WeakMap<RunSecond, Uint8Array>();

/**
 * The health of 1,000 workers is most of a second's values, and holds no byte arrays: as one text it
 * is not gone through in search of them.
 */
function packable(second: RunSecond): object {
  return { ...second, workers: JSON.stringify(second.workers) };
}

/** What `packSecond` has packed, as it was. Throws TypeError or SyntaxError when it is none. */
export async function unpackSecond(packed: Uint8Array): Promise<object> {
  const second = await unpack(packed);
  if (typeof second !== "object" || second === null || !("workers" in second)) {
    throw new TypeError("a second names no workers");
  }
  if (typeof second.workers !== "string") throw new TypeError("a second's workers are no text");
  return { ...second, workers: JSON.parse(second.workers) as unknown };
}

/** Packs a second, once even if its minute is written many times. */
export async function packSecond(second: RunSecond): Promise<Uint8Array> {
  const known = packedSeconds.get(second);
  if (known !== undefined) return known;
  const packed = await pack(packable(second));
  packedSeconds.set(second, packed);
  return packed;
}
