import { ByteReader, ByteWriter, MAX_VARINT_BYTES } from "../wire/varints.ts";
import type { Histogram } from "./histogram.ts";
import { indexOf, MAX_VALUE_US } from "./histogramLayout.ts";
import {
  addEntries,
  type Entries,
  type EntryLayout,
  entryAt,
  layoutAt,
  layoutFor,
  sumEntries,
  writeEntries,
} from "./sparseEntries.ts";

/**
 * A histogram on the wire and in stores: numbers (`varints.ts`), then entries of a fixed width
 * (`sparseEntries.ts`) to the end; nothing at all when empty,
 *
 *   layout minUs maxUs sumUs clamped total entry…
 *
 * The first entry is that of `minUs`, the last that of `maxUs`. A second of one share has mostly
 * buckets near each other with a value or two in each: a byte per entry.
 *
 * Reading is what a controller does most: 15,000 histograms a second of 1,000 workers. Whether bytes
 * are an encoded histogram is seen by adding up all steps and all counts, which takes half of what
 * merging takes; so a histogram counts whole or not at all.
 */

const NUMBERS = 6;
/** Of a second, which is far below it. With no more than this no bucket's 32 bits can overflow. */
const MAX_TOTAL = 0xffff_ffff;
/** Of what one share reports of a second: a thousand of them together can still be encoded. */
export const MAX_REPORTED = 0x3f_ffff;

export function encodeSparse(histogram: Histogram): Uint8Array {
  const { counts, total, firstIndex: first, lastIndex: last } = histogram;
  if (total === 0) return new Uint8Array(0);
  let buckets = 0;
  for (let i = first; i <= last; i++) if (counts[i] !== 0) buckets++;
  const layout = layoutFor(total, buckets);
  const entries = writeEntries(counts, { first, last, buckets, total }, layoutAt(layout));
  const writer = new ByteWriter(NUMBERS * MAX_VARINT_BYTES + entries.length);
  writer.number(layout);
  writer.number(histogram.minUs);
  writer.number(histogram.maxUs);
  // Together shares could claim more than a number holds; the second must be readable all the same.
  writer.number(Math.min(histogram.sumUs, Number.MAX_SAFE_INTEGER));
  writer.number(histogram.clamped);
  writer.number(total);
  writer.bytes(entries);
  return writer.take();
}

interface Head {
  layout: EntryLayout;
  minUs: number;
  maxUs: number;
  sumUs: number;
  clamped: number;
  total: number;
}

function readHead(reader: ByteReader, maxTotal = MAX_TOTAL): Head {
  const layout = layoutAt(reader.number());
  const [minUs, maxUs] = [reader.number(), reader.number()];
  if (minUs > maxUs || maxUs > MAX_VALUE_US) {
    throw new RangeError("a sparse histogram's limits are out of range");
  }
  const [sumUs, clamped, total] = [reader.number(), reader.number(), reader.number()];
  if (total > maxTotal) throw new RangeError("a sparse histogram has too many values");
  if (clamped > total) throw new RangeError("a sparse histogram clamped more than it has");
  return { layout, minUs, maxUs, sumUs, clamped, total };
}

function entriesOf(reader: ByteReader, { layout, minUs }: Head): Entries {
  return { bytes: reader.bytes, at: reader.at, layout, index: indexOf(minUs) };
}

/** How many values of an encoded histogram were above its range. Throws as `addSparse` does. */
export function clampedOf(bytes: Uint8Array): number {
  return bytes.length === 0 ? 0 : readHead(new ByteReader(bytes)).clamped;
}

/** The limits of an encoded histogram; undefined of one without values. Throws as `addSparse` does. */
export function limitsOf(bytes: Uint8Array): { minUs: number; maxUs: number } | undefined {
  return bytes.length === 0 ? undefined : readHead(new ByteReader(bytes));
}

/**
 * Throws RangeError when the bytes are no encoded histogram, or have more than `maxTotal` values.
 * It takes half of what merging takes.
 */
export function checkSparse(bytes: Uint8Array, maxTotal = MAX_TOTAL): void {
  if (bytes.length === 0) return;
  const reader = new ByteReader(bytes);
  const head = readHead(reader, maxTotal);
  const { width, countBits, maxCount } = head.layout;
  const left = bytes.length - reader.at;
  if (left === 0 || left % width !== 0) {
    throw new RangeError("a sparse histogram ends within an entry");
  }
  // The limits are those of the entries, so that looking only between them misses nothing.
  const first = entryAt(bytes, reader.at, width);
  const last = entryAt(bytes, bytes.length - width, width);
  if (first >>> countBits !== 0 || (first & maxCount) === 0 || (last & maxCount) === 0) {
    throw new RangeError("a sparse histogram's limits are in none of its buckets");
  }
  const { steps, total } = sumEntries(entriesOf(reader, head));
  // Steps are never negative: where the last one ends well, the others have stayed within.
  if (steps !== indexOf(head.maxUs) - indexOf(head.minUs)) {
    throw new RangeError("a sparse histogram's maximum is not in its last bucket");
  }
  if (total !== head.total) {
    throw new RangeError("a sparse histogram has another number of values than it says");
  }
}

/** Adds an encoded histogram that `checkSparse` has passed to `into`. */
export function addChecked(into: Histogram, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const reader = new ByteReader(bytes);
  const head = readHead(reader);
  addEntries(into.counts, entriesOf(reader, head), 1);
  into.total += head.total;
  into.minUs = Math.min(into.minUs, head.minUs);
  into.maxUs = Math.max(into.maxUs, head.maxUs);
  into.sumUs += head.sumUs;
  into.clamped += head.clamped;
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
  const reader = new ByteReader(bytes);
  const head = readHead(reader);
  addEntries(from.counts, entriesOf(reader, head), -1);
  from.total -= head.total;
  from.sumUs -= head.sumUs;
  from.clamped -= head.clamped;
}
