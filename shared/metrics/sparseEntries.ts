import { wordsAround } from "./wordsAround.ts";

/**
 * The entries of an encoded histogram: each is a step from the index before and a count, in a fixed
 * number of bytes, lowest first. What does not fit takes several of them: entries with a count of 0
 * go on, entries with a step of 0 add to the same bucket. So reading never has to decide anything,
 * which is what makes it fast: where lengths vary, half of the time goes into wrong guesses.
 */
export interface EntryLayout {
  readonly width: 1 | 2 | 4;
  /** The lowest bits of an entry; the others are its step. */
  readonly countBits: number;
  readonly maxCount: number;
  readonly maxStep: number;
}

/** By their number on the wire. The first is for what a share has in a second: 0 to 31, and 0 to 7. */
const layouts: readonly EntryLayout[] = [
  { width: 1, countBits: 3, maxCount: 2 ** 3 - 1, maxStep: 2 ** 5 - 1 },
  { width: 2, countBits: 10, maxCount: 2 ** 10 - 1, maxStep: 2 ** 6 - 1 },
  { width: 4, countBits: 24, maxCount: 2 ** 24 - 1, maxStep: 2 ** 8 - 1 },
];

export function layoutAt(number: number): EntryLayout {
  const layout = layouts[number];
  if (layout === undefined) {
    throw new RangeError("a sparse histogram is in a layout that nobody knows");
  }
  return layout;
}

/** The one that takes the least, or nearly; with it, size is bounded by the number of buckets. */
export function layoutFor(total: number, buckets: number): number {
  const number = layouts.findIndex((layout) => total <= buckets * layout.maxCount);
  return number < 0 ? layouts.length - 1 : number;
}

/** Writes the counts from `first` to `last`; the first entry has a step of 0. */
export function writeEntries(
  counts: Uint32Array,
  { first, last, buckets, total }: { first: number; last: number; buckets: number; total: number },
  layout: EntryLayout,
): Uint8Array {
  const { width, countBits, maxCount, maxStep } = layout;
  const most = buckets + Math.floor(total / maxCount) + Math.floor((last - first) / maxStep);
  const bytes = new Uint8Array(width * most);
  let at = 0;
  const write = (entry: number) => {
    bytes[at++] = entry;
    for (let byte = 1; byte < width; byte++) bytes[at++] = entry >>> (8 * byte);
  };
  let before = first;
  for (let i = first; i <= last; i++) {
    let count = counts[i] as number;
    if (count === 0) continue;
    let step = i - before;
    before = i;
    for (; step > maxStep; step -= maxStep) write(maxStep << countBits);
    for (; count > maxCount; count -= maxCount) {
      write((step << countBits) | maxCount);
      step = 0;
    }
    write((step << countBits) | count);
  }
  return bytes.subarray(0, at);
}

/** One entry, as a number without a sign. */
export function entryAt(bytes: Uint8Array, at: number, width: number): number {
  let entry = bytes[at] as number;
  for (let byte = 1; byte < width; byte++) entry |= (bytes[at + byte] as number) << (8 * byte);
  return entry >>> 0;
}

/** In each byte of a word: its lowest bit, and both fields of an entry of one byte. */
const LOWEST = 0x0101_0101;
const COUNTS = 0x0707_0707;
const STEPS = 0x1f1f_1f1f;

const sums = { steps: 0, total: 0 };

/** All steps and all counts from `from` on, added up; the object is the same each time. */
export function sumEntries(bytes: Uint8Array, from: number, layout: EntryLayout): typeof sums {
  const { width, countBits, maxCount } = layout;
  let at = from;
  let [steps, total] = [0, 0];
  if (width === 1) {
    const words = wordsAround(bytes);
    const { byteOffset } = bytes;
    // Multiplying by LOWEST adds up the four bytes in the highest one.
    for (const lastWord = bytes.length - 4; at <= lastWord; at += 4) {
      const word = words.getInt32(byteOffset + at, true);
      steps += Math.imul((word >>> countBits) & STEPS, LOWEST) >>> 24;
      total += Math.imul(word & COUNTS, LOWEST) >>> 24;
    }
  }
  for (; at < bytes.length; at += width) {
    const entry = entryAt(bytes, at, width);
    steps += entry >>> countBits;
    total += entry & maxCount;
  }
  sums.steps = steps;
  sums.total = total;
  return sums;
}

/**
 * Adds the entries from `from` on to `counts`, `sign` times; `before` is the index that the first
 * one's step counts from. They must be known to stay within.
 */
export function addEntries(
  counts: Uint32Array,
  bytes: Uint8Array,
  from: number,
  { width, countBits, maxCount }: EntryLayout,
  before: number,
  sign: 1 | -1,
): void {
  let at = from;
  let index = before;
  if (width === 1 && sign === 1) {
    const words = wordsAround(bytes);
    const { byteOffset } = bytes;
    // Four at once.
    for (const lastWord = bytes.length - 4; at <= lastWord; at += 4) {
      const word = words.getInt32(byteOffset + at, true);
      const first = index + ((word >>> 3) & 31);
      const second = first + ((word >>> 11) & 31);
      const third = second + ((word >>> 19) & 31);
      index = third + (word >>> 27);
      counts[first] = (counts[first] as number) + (word & 7);
      counts[second] = (counts[second] as number) + ((word >>> 8) & 7);
      counts[third] = (counts[third] as number) + ((word >>> 16) & 7);
      counts[index] = (counts[index] as number) + ((word >>> 24) & 7);
    }
  }
  for (; at < bytes.length; at += width) {
    const entry = entryAt(bytes, at, width);
    index += entry >>> countBits;
    counts[index] = (counts[index] as number) + sign * (entry & maxCount);
  }
}
