/**
 * Whole numbers from 0 to 2^53 - 1 as unsigned LEB128: seven bits a byte, the lowest first. Beside
 * them floats of 64 bits, the lowest byte first, and bytes as they are.
 */

export const MAX_VARINT_BYTES = 8;
const FLOAT_BYTES = 8;

/** Bytes in the order they are written; grows as it must. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(expectedBytes = 64) {
    this.#bytes = new Uint8Array(expectedBytes);
  }

  number(value: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  float(value: number): void {
    this.#reserve(FLOAT_BYTES);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += FLOAT_BYTES;
  }

  bytes(part: Uint8Array): void {
    this.#reserve(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** What was written, in memory of exactly its size. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what a ByteWriter wrote; throws RangeError at a truncated or oversized part. */
export class ByteReader {
  at = 0;
  bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads these from now on. */
  begin(bytes: Uint8Array): this {
    this.bytes = bytes;
    this.at = 0;
    return this;
  }

  number(): number {
    const first = this.bytes[this.at];
    if (first !== undefined && first < 128) {
      this.at++;
      return first;
    }
    return this.#longNumber();
  }

  #longNumber(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError("the bytes end within a number");
      if (byte < 128) return safe(value + byte * scale);
      value += (byte - 128) * scale;
      scale *= 128;
    }
    throw new RangeError("the bytes hold a number that is too large");
  }

  float(): number {
    const { buffer, byteOffset, byteLength } = this.bytes;
    if (FLOAT_BYTES > byteLength - this.at) throw new RangeError("the bytes end within a number");
    const value = new DataView(buffer, byteOffset, byteLength).getFloat64(this.at, true);
    this.at += FLOAT_BYTES;
    return value;
  }

  /** The next `length` bytes: a view into what is read. */
  take(length: number): Uint8Array {
    const from = this.at;
    if (length > this.bytes.length - from) throw new RangeError("the bytes end too early");
    this.at = from + length;
    return this.bytes.subarray(from, from + length);
  }
}

function safe(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) {
    throw new RangeError("the bytes hold a number that is too large");
  }
  return value;
}
