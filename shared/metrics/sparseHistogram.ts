import { ByteReader, ByteWriter, MAX_VARINT_BYTES } from "../wire/varints.ts";
import type { Histogram } from "./histogram.ts";
import { indexOf, MAX_VALUE_US } from "./histogramLayout.ts";
import {
  addEntries,
  type EntryLayout,
  entryAt,
  layoutAt,
  layoutFor,
  sumEntries,
  writeEntries,
} from "./sparseEntries.ts";
import type { PlaneCounters } from "./planeCounters.ts";
import {
  addBits,
  addExtras,
  checkPlanes,
  MAX_PLANES_TOTAL,
  planPlanes,
  type PlaneRange,
  WORD_BYTES,
  writePlanes,
} from "./sparsePlanes.ts";
import { wordsAround } from "./wordsAround.ts";

/**
 * A histogram on the wire and in stores: numbers (`varints.ts`), then counts to the end; nothing at
 * all when empty,
 *
 *   layout minUs maxUs sumUs clamped total entry…      entries of a fixed width (`sparseEntries.ts`)
 *   layout minUs maxUs sumUs first words planes extra… counts as bits (`sparsePlanes.ts`)
 *
 * The first value counted is in the bucket of `minUs`, the last in that of `maxUs`. A second of one
 * share has mostly buckets near each other with a value or two in each: a byte per entry, or, where
 * that is not much longer, two bits per bucket, which are merged three times as fast.
 *
 * Reading is what a controller does most: 15,000 histograms a second of 1,000 workers. A histogram
 * counts whole or not at all. Whether bytes are one is seen of entries by adding up all steps and all
 * counts; any bits are counts.
 */

const NUMBERS = 6;
/** Of a second, which is far below it. With no more than this no bucket's 32 bits can overflow. */
const MAX_TOTAL = 0xffff_ffff;
/** Of what one share reports of a second: a thousand of them together can still be encoded. */
export const MAX_REPORTED = 0x3f_ffff;
/** The number of the layout with planes; those with entries are below it. */
const PLANES = 3;
/** Fewer values are merged fast enough as entries. */
const LEAST_PLANES_TOTAL = 256;
/** How much longer than entries planes may be. */
const MAX_LONGER = 1.5;

/**
 * Of what a share reports: with counts as bits where that pays, as many such histograms are merged
 * together. One that is read alone, as those in stores are, is read twice as fast as entries.
 */
export function encodeReported(histogram: Histogram): Uint8Array {
  const { counts, total, clamped, firstIndex: first, lastIndex: last } = histogram;
  if (total >= LEAST_PLANES_TOTAL && total <= MAX_PLANES_TOTAL && clamped === 0) {
    const plan = planPlanes(counts, first, last);
    const { width } = layoutAt(layoutFor(total, plan.buckets));
    if (plan.bytes <= MAX_LONGER * width * plan.buckets) {
      const planes = writePlanes(counts, first, last, plan);
      return encoded(PLANES, histogram, plan.first, plan.words, planes);
    }
  }
  return encodeSparse(histogram);
}

export function encodeSparse(histogram: Histogram): Uint8Array {
  const { counts, total, clamped, firstIndex: first, lastIndex: last } = histogram;
  if (total === 0) return new Uint8Array(0);
  let buckets = 0;
  for (let i = first; i <= last; i++) if (counts[i] !== 0) buckets++;
  const layout = layoutFor(total, buckets);
  const entries = writeEntries(counts, { first, last, buckets, total }, layoutAt(layout));
  return encoded(layout, histogram, clamped, total, entries);
}

function encoded(
  layout: number,
  { minUs, maxUs, sumUs }: Histogram,
  fifth: number,
  sixth: number,
  counts: Uint8Array,
): Uint8Array {
  const writer = new ByteWriter(NUMBERS * MAX_VARINT_BYTES + counts.length);
  writer.number(layout);
  writer.number(minUs);
  writer.number(maxUs);
  // Together shares could claim more than a number holds; the second must be readable all the same.
  writer.number(Math.min(sumUs, Number.MAX_SAFE_INTEGER));
  writer.number(fifth);
  writer.number(sixth);
  writer.bytes(counts);
  return writer.take();
}

/**
 * The numbers before the counts. One serves all histograms, as each is read before the next one:
 * tens of thousands a second would be most of what a controller has to collect.
 */
class Head implements PlaneRange {
  readonly #in = new ByteReader(new Uint8Array(0));
  /** Undefined of planes. */
  layout: EntryLayout | undefined;
  minUs = 0;
  maxUs = 0;
  sumUs = 0;
  /** Of planes always 0, and `total` is what they add up to. */
  clamped = 0;
  total = 0;
  /** Of planes. */
  first = 0;
  words = 0;

  read(bytes: Uint8Array, maxTotal = MAX_TOTAL): this {
    const reader = this.#in.begin(bytes);
    const layout = reader.number();
    this.layout = layout === PLANES ? undefined : layoutAt(layout);
    this.minUs = reader.number();
    this.maxUs = reader.number();
    if (this.minUs > this.maxUs || this.maxUs > MAX_VALUE_US) {
      throw new RangeError("a sparse histogram's limits are out of range");
    }
    this.sumUs = reader.number();
    const fifth = reader.number();
    const sixth = reader.number();
    if (layout === PLANES) {
      [this.first, this.words, this.clamped, this.total] = [fifth, sixth, 0, 0];
      return this;
    }
    [this.clamped, this.total] = [fifth, sixth];
    if (this.total > maxTotal) throw new RangeError("a sparse histogram has too many values");
    if (this.clamped > this.total) {
      throw new RangeError("a sparse histogram clamped more than it has");
    }
    return this;
  }

  /** Where the counts begin. */
  get countsAt(): number {
    return this.#in.at;
  }
}

const head = new Head();

/** How many values of an encoded histogram were above its range. Throws as `addSparse` does. */
export function clampedOf(bytes: Uint8Array): number {
  return bytes.length === 0 ? 0 : head.read(bytes).clamped;
}

/** The limits of an encoded histogram; undefined of one without values. Throws as `addSparse` does. */
export function limitsOf(bytes: Uint8Array): { minUs: number; maxUs: number } | undefined {
  if (bytes.length === 0) return undefined;
  const { minUs, maxUs } = head.read(bytes);
  return { minUs, maxUs };
}

/** Throws RangeError when the bytes are no encoded histogram, or have more than `maxTotal` values. */
export function checkSparse(bytes: Uint8Array, maxTotal = MAX_TOTAL): void {
  if (bytes.length === 0) return;
  head.read(bytes, maxTotal);
  const { layout, countsAt } = head;
  const [low, high] = [indexOf(head.minUs), indexOf(head.maxUs)];
  if (layout === undefined) return checkPlanes(bytes, countsAt, head, low, high, maxTotal);
  const { width, countBits, maxCount } = layout;
  const left = bytes.length - countsAt;
  if (left === 0 || left % width !== 0) {
    throw new RangeError("a sparse histogram ends within an entry");
  }
  // The limits are those of the entries, so that looking only between them misses nothing.
  const first = entryAt(bytes, countsAt, width);
  const last = entryAt(bytes, bytes.length - width, width);
  if (first >>> countBits !== 0 || (first & maxCount) === 0 || (last & maxCount) === 0) {
    throw new RangeError("a sparse histogram's limits are in none of its buckets");
  }
  const sums = sumEntries(bytes, countsAt, layout);
  // Steps are never negative: where the last one ends well, the others have stayed within.
  if (sums.steps !== high - low) {
    throw new RangeError("a sparse histogram's maximum is not in its last bucket");
  }
  if (sums.total !== head.total) {
    throw new RangeError("a sparse histogram has another number of values than it says");
  }
}

/**
 * Adds an encoded histogram that `checkSparse` has passed to `into`. With `bits` those of planes are
 * added there instead, if they fit: answers false, having added nothing, when they do not.
 */
export function addChecked(into: Histogram, bytes: Uint8Array, bits?: PlaneCounters): boolean {
  if (bytes.length === 0) return true;
  head.read(bytes);
  if (head.layout === undefined && bits?.isFull === true) return false;
  into.total += addCounts(into.counts, bytes, 1, bits);
  into.minUs = Math.min(into.minUs, head.minUs);
  into.maxUs = Math.max(into.maxUs, head.maxUs);
  into.sumUs += head.sumUs;
  into.clamped += head.clamped;
  return true;
}

/** Adds the counts of what `head` has read, `sign` times; answers how many values that are. */
function addCounts(
  counts: Uint32Array,
  bytes: Uint8Array,
  sign: 1 | -1,
  bits?: PlaneCounters,
): number {
  const { layout, countsAt, words } = head;
  if (layout !== undefined) {
    addEntries(counts, bytes, countsAt, layout, indexOf(head.minUs), sign);
    return head.total;
  }
  const extras = addExtras(counts, bytes, countsAt + words * WORD_BYTES, sign);
  if (bits === undefined) return extras + addBits(counts, bytes, countsAt, head, sign);
  bits.add(wordsAround(bytes), bytes.byteOffset + countsAt, head);
  return extras;
}

/** Adds an encoded histogram to `into`; throws RangeError, and adds nothing, when it is none. */
export function addSparse(into: Histogram, bytes: Uint8Array): void {
  checkSparse(bytes);
  addChecked(into, bytes);
}

/**
 * Takes an encoded histogram, which was added before, out of `from`. The limits stay as they were,
 * as counts cannot tell which are left: the caller narrows them. Throws as `addSparse` does.
 */
export function subtractSparse(from: Histogram, bytes: Uint8Array): void {
  checkSparse(bytes);
  if (bytes.length === 0) return;
  head.read(bytes);
  from.total -= addCounts(from.counts, bytes, -1);
  from.sumUs -= head.sumUs;
  from.clamped -= head.clamped;
}
