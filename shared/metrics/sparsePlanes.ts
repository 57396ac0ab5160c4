import { wordsAround } from "./wordsAround.ts";

/**
 * The counts of an encoded histogram as bits, for many buckets with few values in each: of each 32
 * buckets a word with the lowest bits of their counts, and one with the second lowest. They reach
 * over the part of the range where that is short. Counts that two bits do not hold, and those of
 * buckets outside, come after them: an index and a count of 16 bits each, which are added.
 *
 * Any bits are counts, so that nothing has to be looked through before they are merged, and 32
 * buckets are merged at once (`planeCounters.ts`). Words and numbers have their lowest byte first.
 */

/** Buckets of a word, and the bytes of both words of these. */
const BUCKETS = 32;
export const WORD_BYTES = 8;
const EXTRA_BYTES = 4;
/** Of what can be written, as a whole: then each count fits. */
export const MAX_PLANES_TOTAL = 0xffff;
/** The most that two bits hold. */
const MAX_BITS = 3;

/** Which buckets have their counts in bits: those of `words` words from the one numbered `first` on. */
export interface PlaneRange {
  first: number;
  words: number;
}

export interface PlanePlan extends PlaneRange {
  /** Of all that is written. */
  bytes: number;
  /** With a count. */
  buckets: number;
}

/**
 * The range in which bits save the most bytes: a word costs as much as two counts written out. It is
 * the part of a list with the largest sum, found in one pass (Kadane).
 */
export function planPlanes(counts: Uint32Array, firstIndex: number, lastIndex: number): PlanePlan {
  const plan = { first: firstIndex >>> 5, words: 0, bytes: 0, buckets: 0 };
  let from = plan.first;
  let saved = 0;
  let most = 0;
  let buckets = 0;
  for (let word = plan.first; word <= lastIndex >>> 5; word++) {
    let small = 0;
    let large = 0;
    for (let i = word * BUCKETS, end = i + BUCKETS; i < end; i++) {
      const count = counts[i] as number;
      // Without asking, as there is no guessing which of the buckets are empty.
      small += (-count >>> 31) & ((count - 4) >>> 31);
      large += (3 - count) >>> 31;
    }
    buckets += small + large;
    saved += EXTRA_BYTES * small - WORD_BYTES;
    if (saved > most) {
      most = saved;
      plan.first = from;
      plan.words = word + 1 - from;
    } else if (saved < 0) {
      saved = 0;
      from = word + 1;
    }
  }
  plan.buckets = buckets;
  plan.bytes = EXTRA_BYTES * buckets - most;
  return plan;
}

export function writePlanes(
  counts: Uint32Array,
  firstIndex: number,
  lastIndex: number,
  { first, words, bytes }: PlanePlan,
): Uint8Array {
  const written = new DataView(new ArrayBuffer(bytes));
  let at = 0;
  let extraAt = words * WORD_BYTES;
  const extra = (index: number, count: number) => {
    written.setUint16(extraAt, index, true);
    written.setUint16(extraAt + 2, count, true);
    extraAt += EXTRA_BYTES;
  };
  const [start, end] = [first * BUCKETS, (first + words) * BUCKETS];
  for (let i = firstIndex; i < Math.min(start, lastIndex + 1); i++) {
    const count = counts[i] as number;
    if (count !== 0) extra(i, count);
  }
  for (let word = first; word < first + words; word++) {
    let low = 0;
    let high = 0;
    for (let bit = 0; bit < BUCKETS; bit++) {
      const count = counts[word * BUCKETS + bit] as number;
      if (count <= MAX_BITS) {
        low |= (count & 1) << bit;
        high |= (count >>> 1) << bit;
      } else {
        // One that does not fit is written out whole.
        extra(word * BUCKETS + bit, count);
      }
    }
    written.setInt32(at, low, true);
    written.setInt32(at + 4, high, true);
    at += WORD_BYTES;
  }
  for (let i = Math.max(firstIndex, end); i <= lastIndex; i++) {
    const count = counts[i] as number;
    if (count !== 0) extra(i, count);
  }
  return new Uint8Array(written.buffer);
}

const bitsAt = (view: DataView, place: number) =>
  view.getInt32(place, true) | view.getInt32(place + 4, true);

const fail = (): never => {
  throw new RangeError("a sparse histogram's limits are not those of its planes");
};

/**
 * Throws RangeError when what begins at `at` is no planes, has no values in the buckets `low` and
 * `high` or any outside of them, or may have more than `maxTotal` in all.
 */
export function checkPlanes(
  bytes: Uint8Array,
  at: number,
  { first, words }: PlaneRange,
  low: number,
  high: number,
  maxTotal: number,
): void {
  const last = first + words - 1;
  if (words > 0 && (first < low >>> 5 || last > high >>> 5)) fail();
  const extrasAt = at + words * WORD_BYTES;
  const left = bytes.length - extrasAt;
  if (left < 0 || left % EXTRA_BYTES !== 0) {
    throw new RangeError("a sparse histogram ends within its planes");
  }
  const view = wordsAround(bytes);
  const start = bytes.byteOffset + at;
  let hasLow = false;
  let hasHigh = false;
  if (words > 0 && first === low >>> 5) {
    const bits = bitsAt(view, start);
    if ((bits & ((1 << (low & 31)) - 1)) !== 0) fail();
    hasLow = ((bits >>> (low & 31)) & 1) === 1;
  }
  if (words > 0 && last === high >>> 5) {
    const bits = bitsAt(view, start + (words - 1) * WORD_BYTES) >>> (high & 31);
    if (bits > 1) fail();
    hasHigh = bits === 1;
  }
  let most = words * BUCKETS * MAX_BITS;
  const end = bytes.byteOffset + bytes.length;
  for (let place = bytes.byteOffset + extrasAt; place < end; place += EXTRA_BYTES) {
    const index = view.getUint16(place, true);
    const count = view.getUint16(place + 2, true);
    if (index < low || index > high || count === 0) fail();
    hasLow ||= index === low;
    hasHigh ||= index === high;
    most += count;
  }
  if (!hasLow || !hasHigh) fail();
  if (most > maxTotal) throw new RangeError("a sparse histogram has too many values");
}

/** Adds what is written out, `sign` times; answers how many values that are. */
export function addExtras(
  counts: Uint32Array,
  bytes: Uint8Array,
  from: number,
  sign: 1 | -1,
): number {
  const view = wordsAround(bytes);
  const end = bytes.byteOffset + bytes.length;
  let total = 0;
  for (let place = bytes.byteOffset + from; place < end; place += EXTRA_BYTES) {
    const index = view.getUint16(place, true);
    const count = view.getUint16(place + 2, true);
    counts[index] = (counts[index] as number) + sign * count;
    total += count;
  }
  return total;
}

/** Adds the bits, one bucket after the other, `sign` times; answers how many values that are. */
export function addBits(
  counts: Uint32Array,
  bytes: Uint8Array,
  at: number,
  { first, words }: PlaneRange,
  sign: 1 | -1,
): number {
  const view = wordsAround(bytes);
  let place = bytes.byteOffset + at;
  let total = 0;
  for (let word = first; word < first + words; word++, place += WORD_BYTES) {
    const low = view.getInt32(place, true);
    const high = view.getInt32(place + 4, true);
    for (let rest = low | high; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      const count = ((low >>> bit) & 1) | (((high >>> bit) & 1) << 1);
      const index = word * BUCKETS + bit;
      counts[index] = (counts[index] as number) + sign * count;
      total += count;
    }
  }
  return total;
}
