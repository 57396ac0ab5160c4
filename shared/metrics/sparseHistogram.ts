import type { Histogram } from "./histogram.ts";
import { COUNTS_LENGTH, indexOf, MAX_VALUE_US } from "./histogramLayout.ts";

/**
 * A histogram on the wire and in stores: unsigned LEB128 numbers, nothing at all when empty,
 *
 *   minUs maxUs sumUs clamped entries entry…
 *
 * An entry is `4·indexDelta + count` for a count of 1 to 3, else `4·indexDelta` and the count. A
 * second of one share has mostly buckets near each other with a value or two in each: a byte per
 * entry. Merging adds the entries straight into an accumulator's counts.
 *
 * Reading is what a controller does most (15,000 histograms a second of 1,000 workers), so four
 * entries of a byte each are taken at once, as one 32-bit word.
 */

const MAX_VARINT_BYTES = 8;
const MAX_COUNT = 0xffff_ffff;
/** Counts up to this one stand within their entry. */
const INLINE_COUNT = 3;

const MAX_ENTRY = 4 * COUNTS_LENGTH + INLINE_COUNT;

/** In each byte of a word: the bit that says "more follows", the lowest bit, and both fields. */
const MORE = 0x8080_8080 | 0;
const LOWEST = 0x0101_0101;
const COUNT_BITS = 0x0303_0303;
const DELTA_BITS = 0x1f1f_1f1f;

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
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError("a sparse histogram ends too early");
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
      scale *= 128;
    }
    throw new RangeError("a sparse histogram holds a number that is too large");
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
    const isInline = count <= INLINE_COUNT;
    writer.number((i - last) * 4 + (isInline ? count : 0));
    if (!isInline) writer.number(count);
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

interface Head {
  minUs: number;
  maxUs: number;
  sumUs: number;
  clamped: number;
  entries: number;
}

function readHead(reader: Reader): Head {
  const [minUs, maxUs] = [reader.number(), reader.number()];
  if (minUs > maxUs || maxUs > MAX_VALUE_US) {
    throw new RangeError("a sparse histogram's limits are out of range");
  }
  const [sumUs, clamped, entries] = [reader.number(), reader.number(), reader.number()];
  // Each entry takes a byte at least, so nobody can make us count for long.
  if (entries === 0 || entries > reader.bytes.length - reader.at) {
    throw new RangeError("a sparse histogram has another number of entries than it says");
  }
  return { minUs, maxUs, sumUs, clamped, entries: entries | 0 };
}

/** A 32-bit integer, so that indexes are, too, which halves the time. */
function readEntry(reader: Reader): number {
  const byte = reader.bytes[reader.at] as number;
  if (byte < 128) {
    reader.at++;
    return byte;
  }
  const entry = reader.number();
  if (entry > MAX_ENTRY) throw new RangeError("a sparse histogram's index is out of range");
  return entry | 0;
}

/** The limits are those of the entries, so that looking only between them misses nothing. */
function checkEnd(reader: Reader, head: Head, last: number, total: number): void {
  if (reader.at !== reader.bytes.length) {
    throw new RangeError("a sparse histogram ends elsewhere than it says");
  }
  if (last !== indexOf(head.maxUs)) {
    throw new RangeError("a sparse histogram's maximum is not in its last bucket");
  }
  if (head.clamped > total) throw new RangeError("a sparse histogram clamped more than it has");
}

/** The limits of an encoded histogram; undefined of one without values. Throws as `addSparse` does. */
export function limitsOf(bytes: Uint8Array): { minUs: number; maxUs: number } | undefined {
  return bytes.length === 0 ? undefined : readHead(new Reader(bytes));
}

/**
 * Takes an encoded histogram, which was added before, out of `from`. The limits stay as they were,
 * as counts cannot tell which are left: the caller narrows them. Throws as `addSparse` does.
 */
export function subtractSparse(from: Histogram, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const { counts } = from;
  let { index, count } = readFirst(reader, head);
  counts[index] = (counts[index] as number) - count;
  let total = count;
  for (let left = head.entries - 1; left > 0; left--) {
    const entry = readEntry(reader);
    index += entry >> 2;
    count = readCount(reader, entry);
    counts[index] = (counts[index] as number) - count;
    total += count;
  }
  checkEnd(reader, head, index, total);
  from.total -= total;
  from.sumUs -= head.sumUs;
  from.clamped -= head.clamped;
}

/** The first entry's index and count; from then on indexes only grow. */
function readFirst(reader: Reader, head: Head): { index: number; count: number } {
  const entry = readEntry(reader);
  const index = entry >> 2;
  if (index !== indexOf(head.minUs)) {
    throw new RangeError("a sparse histogram's minimum is not in its first bucket");
  }
  return { index, count: readCount(reader, entry) };
}

function readCount(reader: Reader, entry: number): number {
  const inline = entry & 3;
  if (inline > 0) return inline;
  const count = reader.number();
  if (count === 0 || count > MAX_COUNT) {
    throw new RangeError("a sparse histogram's count is out of range");
  }
  return count;
}

/** Four entries of a byte each, all with their counts within. */
function isSimple(word: number): boolean {
  return (word & MORE) === 0 && ((word | (word >>> 1)) & LOWEST) === LOWEST;
}

/**
 * Throws RangeError, exactly where `addSparse` would, when the bytes are no encoded histogram. It
 * changes nothing, and takes a part of what merging takes.
 */
export function checkSparse(bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lastWord = bytes.length - 4;
  let { index, count: total } = readFirst(reader, head);
  let left = head.entries - 1;
  while (left > 0) {
    let { at } = reader;
    while (left >= 4 && at <= lastWord) {
      const word = words.getInt32(at, true);
      if (!isSimple(word)) break;
      // Multiplying by LOWEST adds up the four bytes in the highest one.
      index += Math.imul((word >>> 2) & DELTA_BITS, LOWEST) >>> 24;
      total += Math.imul(word & COUNT_BITS, LOWEST) >>> 24;
      at += 4;
      left -= 4;
    }
    reader.at = at;
    if (left === 0) break;
    const entry = readEntry(reader);
    index += entry >> 2;
    total += readCount(reader, entry);
    left--;
  }
  checkEnd(reader, head, index, total);
}

/**
 * Adds an encoded histogram to `into`. Throws RangeError when the bytes are not one; `into` may
 * then hold a part of them, so a caller that goes on must discard it, or call `checkSparse` first.
 */
export function addSparse(into: Histogram, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const highest = indexOf(head.maxUs);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lastWord = bytes.length - 4;
  const { counts } = into;
  let { index, count: total } = readFirst(reader, head);
  counts[index] = (counts[index] as number) + total;
  let left = head.entries - 1;
  while (left > 0) {
    let { at } = reader;
    while (left >= 4 && at <= lastWord) {
      const word = words.getInt32(at, true);
      const last = index + (Math.imul((word >>> 2) & DELTA_BITS, LOWEST) >>> 24);
      if (!isSimple(word) || last > highest) break;
      const first = index + ((word >>> 2) & 31);
      const second = first + ((word >>> 10) & 31);
      const third = second + ((word >>> 18) & 31);
      counts[first] = (counts[first] as number) + (word & 3);
      counts[second] = (counts[second] as number) + ((word >>> 8) & 3);
      counts[third] = (counts[third] as number) + ((word >>> 16) & 3);
      counts[last] = (counts[last] as number) + ((word >>> 24) & 3);
      index = last;
      total += Math.imul(word & COUNT_BITS, LOWEST) >>> 24;
      at += 4;
      left -= 4;
    }
    reader.at = at;
    if (left === 0) break;
    const entry = readEntry(reader);
    index += entry >> 2;
    if (index > highest) throw new RangeError("a sparse histogram's index is out of range");
    const count = readCount(reader, entry);
    counts[index] = (counts[index] as number) + count;
    total += count;
    left--;
  }
  checkEnd(reader, head, index, total);
  into.total += total;
  into.minUs = Math.min(into.minUs, head.minUs);
  into.maxUs = Math.max(into.maxUs, head.maxUs);
  into.sumUs += head.sumUs;
  into.clamped += head.clamped;
}
