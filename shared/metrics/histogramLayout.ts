/**
 * The bucket layout of an HdrHistogram for 1 µs to 1 h with 3 significant digits: within a bucket,
 * values are at most 1/1024 apart. Index and value follow HdrHistogram's own arithmetic
 * (countsArrayIndex and valueFromIndex), so counts can be handed to any HdrHistogram.
 */
export const MAX_VALUE_US = 3_600_000_000;
export const SIGNIFICANT_DIGITS = 3;
/** Length of the counts array that HdrHistogram allocates for this range. */
export const COUNTS_LENGTH = 23_552;

const HALF_COUNT_BITS = 10;
const SUB_BUCKET_MASK = 2047;
/** Leading zeros of a 32-bit value that still fits into the first bucket (below 2,048). */
const FIRST_BUCKET_LEADING_ZEROS = 21;

/** Index of a whole value, 0 <= valueUs <= MAX_VALUE_US. */
export function indexOf(valueUs: number): number {
  const bucket = FIRST_BUCKET_LEADING_ZEROS - Math.clz32(valueUs | SUB_BUCKET_MASK);
  return (bucket << HALF_COUNT_BITS) + (valueUs >>> bucket);
}

/** The lowest value that is counted at `index`. */
export function lowestAt(index: number): number {
  const bucket = (index >> HALF_COUNT_BITS) - 1;
  if (bucket < 0) return index;
  // A shift, as a power costs many times as much; the product may need more than 32 bits.
  return ((index & 1023) + 1024) * (1 << bucket);
}

/** How many values are counted at `index`. */
export function widthAt(index: number): number {
  const bucket = (index >> HALF_COUNT_BITS) - 1;
  return bucket < 0 ? 1 : 1 << bucket;
}

/** The highest value that is counted at `index`. */
export function highestAt(index: number): number {
  return lowestAt(index) + widthAt(index) - 1;
}
