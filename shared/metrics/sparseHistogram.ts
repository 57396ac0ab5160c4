import type { Histogram } from "./histogram.ts";
import { COUNTS_LENGTH } from "./histogramLayout.ts";

/**
 * A histogram on the wire and in stores: unsigned LEB128 numbers
 * `minUs maxUs sumUs clamped entries (indexDelta count)*`, nothing at all when empty. Merging adds
 * the pairs straight into an accumulator's counts without building a histogram per message.
 */

const MAX_VARINT_BYTES = 8;

class Writer {
  #bytes = new Uint8Array(512);
  #length = 0;

  number(value: number): void {
    if (this.#length + MAX_VARINT_BYTES > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads LEB128 numbers below 2^53; throws RangeError at a truncated or oversized one. */
class Reader {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("a sparse histogram ends too early");
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
      scale *= 128;
    }
    throw new RangeError("a sparse histogram holds a number that is too large");
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}

export function encodeSparse(histogram: Histogram): Uint8Array {
  if (histogram.total === 0) return new Uint8Array(0);
  const { counts, firstIndex, lastIndex } = histogram;
  let entries = 0;
  for (let i = firstIndex; i <= lastIndex; i++) if (counts[i] !== 0) entries++;
  const writer = new Writer();
  writer.number(histogram.minUs);
  writer.number(histogram.maxUs);
  writer.number(histogram.sumUs);
  writer.number(histogram.clamped);
  writer.number(entries);
  let last = 0;
  for (let i = firstIndex; i <= lastIndex; i++) {
    const count = counts[i] as number;
    if (count === 0) continue;
    writer.number(i - last);
    writer.number(count);
    last = i;
  }
  return writer.take();
}

/** How many values of an encoded histogram were above its range. Throws as `addSparse` does. */
export function clampedOf(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  const reader = new Reader(bytes);
  for (let skipped = 0; skipped < 3; skipped++) reader.number();
  return reader.number();
}

/**
 * Adds an encoded histogram to `into`. Throws RangeError when the bytes are not one; `into` may
 * then hold a part of them, so a caller that goes on must discard it.
 */
export function addSparse(into: Histogram, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const reader = new Reader(bytes);
  into.minUs = Math.min(into.minUs, reader.number());
  into.maxUs = Math.max(into.maxUs, reader.number());
  into.sumUs += reader.number();
  into.clamped += reader.number();
  const entries = reader.number();
  let index = 0;
  for (let i = 0; i < entries; i++) {
    index += reader.number();
    const count = reader.number();
    if (index >= COUNTS_LENGTH) throw new RangeError("a sparse histogram index is out of range");
    if (count > 0xffff_ffff) throw new RangeError("a sparse histogram count is out of range");
    into.counts[index] = (into.counts[index] as number) + count;
    into.total += count;
  }
  if (!reader.atEnd) throw new RangeError("a sparse histogram has bytes left over");
}
