import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { histogramOf, latencyUs } from "./deltas.testing.ts";
import { Histogram } from "./histogram.ts";
import { indexOf, MAX_VALUE_US } from "./histogramLayout.ts";
import {
  addSparse,
  checkSparse,
  encodeReported,
  encodeSparse,
  MAX_REPORTED,
  subtractSparse,
} from "./sparseHistogram.ts";

interface CrowdedOptions {
  from: number;
  seed: number;
  values: number;
  far: number[];
  many: number;
}

const values = fc.array(latencyUs, { minLength: 1, maxLength: 50 });

/** Whether reading ends well; anything else than a RangeError is not caught. */
function isFine(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What is refused must have added nothing: tested with every bytes that are read here. */
function decoded(bytes: Uint8Array): Histogram {
  const histogram = new Histogram();
  const isAdded = isFine(() => addSparse(histogram, bytes));
  expect(isFine(() => checkSparse(bytes))).toBe(isAdded);
  if (isAdded) return histogram;
  expect([histogram.total, histogram.counts.every((count) => count === 0)]).toEqual([0, true]);
  throw new RangeError("refused");
}

/** Counts from single ones to more than any entry holds, in buckets near and far. */
const counted = fc.uniqueArray(
  fc.record({
    valueUs: fc.oneof(fc.nat({ max: 2_047 }), fc.constantFrom(4_096, 1_000_448, 3_000_000_512)),
    count: fc.oneof(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 2 ** 27 }),
    ),
  }),
  { minLength: 1, maxLength: 30, selector: ({ valueUs }) => valueUs },
);

/** What a busy share has in a second: single values in many buckets near each other, and some far off. */
const crowded = fc.record({
  from: fc.constantFrom(0, 900, 31_000),
  seed: fc.nat(),
  values: fc.integer({ min: 600, max: 3_000 }),
  far: fc.array(latencyUs, { maxLength: 3 }),
  many: fc.integer({ min: 1, max: 60_000 }),
});

function crowdedHistogram({ from, seed, values, far, many }: CrowdedOptions): Histogram {
  const histogram = new Histogram();
  for (let i = 0; i < values; i++) histogram.record(from + ((seed + i * 7_919) % (4 * values)));
  for (const valueUs of far) histogram.record(valueUs);
  histogram.recordMany(from + 77, many);
  return histogram;
}

function countedHistogram(list: readonly { valueUs: number; count: number }[]): Histogram {
  const histogram = new Histogram();
  for (const { valueUs, count } of list) histogram.recordMany(valueUs, count);
  // Of some the sum is more than a number holds.
  histogram.sumUs %= 2 ** 53;
  return histogram;
}

describe("decode(encode(x)) = x", () => {
  test("for any values", () => {
    fc.assert(
      fc.property(values, (list) => {
        expect(decoded(encodeSparse(histogramOf(list)))).toEqual(histogramOf(list));
      }),
      { numRuns: 50 },
    );
  });

  test("for any counts, in each of the layouts", () => {
    const layouts = new Set<number | undefined>();
    const some = fc.oneof(counted.map(countedHistogram), crowded.map(crowdedHistogram));
    fc.assert(
      fc.property(some, (histogram) => {
        for (const bytes of [encodeSparse(histogram), encodeReported(histogram)]) {
          layouts.add(bytes[0]);
          const none = decoded(bytes);
          expect(none).toEqual(histogram);
          subtractSparse(none, bytes);
          expect([none.total, none.counts.every((count) => count === 0)]).toEqual([0, true]);
        }
      }),
      { numRuns: 100 },
    );
    expect(layouts).toEqual(new Set([0, 1, 2, 3]));
  });

  test("nothing recorded is no bytes at all", () => {
    expect(encodeSparse(new Histogram())).toHaveLength(0);
    expect(decoded(new Uint8Array(0))).toEqual(new Histogram());
  });

  test("with every bucket in use", () => {
    const full = new Histogram();
    const buckets = indexOf(MAX_VALUE_US) + 1;
    for (let i = 0; i < buckets; i++) full.counts[i] = i + 1;
    Object.assign(full, { total: (buckets * (buckets + 1)) / 2, minUs: 0, maxUs: MAX_VALUE_US });
    const again = decoded(encodeSparse(full));
    expect(again.total).toBe(full.total);
    expect(again.counts.every((count, i) => count === full.counts[i])).toBe(true);
  });

  test("with the largest counts and sums", () => {
    const large = histogramOf([3_600_000_000]);
    large.counts[5] = 2 ** 32 - 2;
    Object.assign(large, {
      total: 2 ** 32 - 1,
      minUs: 5,
      sumUs: Number.MAX_SAFE_INTEGER,
      clamped: 2 ** 31,
    });
    expect(decoded(encodeSparse(large))).toEqual(large);
  });
});

test("adding encoded ones is associative and commutative, and the same as adding dense ones", () => {
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      const [x, y, z] = [a, b, c].map((list) => encodeSparse(histogramOf(list)));
      const inOrder = new Histogram();
      for (const bytes of [x, y, z]) addSparse(inOrder, bytes!);
      const grouped = new Histogram();
      addSparse(grouped, z!);
      const pair = new Histogram();
      for (const bytes of [y, x]) addSparse(pair, bytes!);
      addSparse(grouped, encodeSparse(pair));
      expect(grouped).toEqual(inOrder);
      expect(inOrder).toEqual(histogramOf([...a, ...b, ...c]));
    }),
    { numRuns: 30 },
  );
});

describe("what is not a histogram is refused with a RangeError", () => {
  test("every truncated one", () => {
    fc.assert(
      fc.property(values, fc.nat(), (list, cut) => {
        const bytes = encodeSparse(histogramOf(list));
        const part = bytes.subarray(0, 1 + (cut % (bytes.length - 1)));
        expect(() => decoded(part)).toThrow(RangeError);
      }),
      { numRuns: 100 },
    );
  });

  // layout minUs maxUs sumUs clamped total, then, in layout 0, entries of 8·step + count
  test.each<[string, number[]]>([
    ["a layout of its own", [4, 5, 5, 5, 0, 1, 1]],
    ["bytes left over", [0, 5, 5, 5, 0, 1, 1, 1]],
    ["an index beyond its maximum", [0, 5, 6, 5, 0, 2, 1, 17]],
    ["an index beyond its maximum among many", [0, 5, 9, 5, 0, 6, 1, 1, 1, 249, 1, 1]],
    ["an index beyond the layout", [2, 5, 5, 5, 0, 1, 1, 0, 0, 0, 1, 0, 0, 255]],
    ["a maximum that is in no bucket", [0, 5, 9, 5, 0, 2, 1, 9]],
    ["a maximum in a bucket without a count", [0, 5, 9, 5, 0, 1, 1, 32]],
    ["a minimum that is in no bucket", [0, 4, 6, 5, 0, 2, 9, 9]],
    ["a minimum in a bucket without a count", [0, 5, 6, 5, 0, 1, 0, 9]],
    ["a minimum above the maximum", [0, 6, 5, 5, 0, 1, 1]],
    ["a maximum above an hour", [0, 5, 128, 128, 128, 128, 127, 5, 0, 1, 1]],
    ["more clamped than recorded", [0, 5, 5, 5, 2, 1, 1]],
    ["more values than it has", [0, 5, 5, 5, 0, 2, 1]],
    ["fewer values than it has", [0, 5, 5, 5, 0, 1, 2]],
    ["more values than a bucket can count", [0, 5, 5, 5, 0, 128, 128, 128, 128, 16, 1]],
    ["no values", [0, 5, 5, 5, 0, 0, 0]],
    ["no entries", [0, 5, 5, 5, 0, 0]],
    ["half an entry of two bytes", [1, 5, 5, 5, 0, 1, 1, 0, 0]],
    ["half an entry of four bytes", [2, 5, 5, 5, 0, 1, 1, 0]],
    ["a number of nine bytes", [0, 128, 128, 128, 128, 128, 128, 128, 128, 1]],
    ["a number that never ends", Array.from({ length: 100 }, () => 255)],
  ])("%s", (_name, bytes) => {
    expect(() => decoded(Uint8Array.from(bytes))).toThrow(RangeError);
  });

  // layout minUs maxUs sumUs first words, then words of the lowest bits and of the others, then
  // an index and a count of 16 bits each
  test.each<[string, number[]]>([
    ["planes that end too early", [3, 5, 5, 5, 0, 1, 32, 0, 0, 0, 0, 0, 0]],
    ["half a count", [3, 5, 5, 5, 0, 1, 32, 0, 0, 0, 0, 0, 0, 0, 5, 0]],
    ["planes before the minimum", [3, 40, 40, 5, 0, 2, ...Array.from({ length: 16 }, () => 255)]],
    ["planes beyond the maximum", [3, 5, 5, 5, 0, 2, 32, ...Array.from({ length: 15 }, () => 0)]],
    ["planes beyond any bucket", [3, 5, 5, 5, 0, 255, 255, 255, 127]],
    ["planes that are not there", [3, 5, 5, 5, 0, 255, 255, 255, 127, 32, 0, 0, 0, 0, 0, 0, 0]],
    ["a bit below the minimum", [3, 5, 6, 5, 0, 1, 112, 0, 0, 0, 0, 0, 0, 0]],
    ["a bit above the maximum", [3, 5, 6, 5, 0, 1, 224, 0, 0, 0, 0, 0, 0, 0]],
    ["the highest bit above the maximum", [3, 5, 6, 5, 0, 1, 96, 0, 0, 128, 0, 0, 0, 0]],
    ["no bit at the minimum", [3, 5, 6, 5, 0, 1, 64, 0, 0, 0, 0, 0, 0, 0]],
    ["no bit at the maximum", [3, 5, 6, 5, 0, 1, 32, 0, 0, 0, 0, 0, 0, 0]],
    ["no count at all", [3, 5, 5, 5, 0, 0]],
    ["a count of 0", [3, 5, 5, 5, 0, 1, 32, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]],
    ["a count below the minimum", [3, 5, 5, 5, 0, 1, 32, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0]],
    ["a count above the maximum", [3, 5, 5, 5, 0, 1, 32, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1, 0]],
  ])("%s", (_name, bytes) => {
    expect(() => decoded(Uint8Array.from(bytes))).toThrow(RangeError);
  });

  test("counts beside planes are only taken up to what a share may report", () => {
    const most = [3, 5, 5, 5, 0, 0, ...Array.from({ length: 64 }, () => [5, 0, 255, 255]).flat()];
    checkSparse(Uint8Array.from(most), MAX_REPORTED);
    const more = Uint8Array.from([...most, 5, 0, 64, 0]);
    expect(() => checkSparse(more, MAX_REPORTED)).toThrow(RangeError);
    expect(decoded(more).total).toBe(64 * 65_535 + 64);
  });

  test("every one with a byte changed is refused or counts what it says", () => {
    const many = fc.oneof(
      fc
        .array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 400 })
        .map(histogramOf),
      counted.map(countedHistogram),
      crowded.map(crowdedHistogram),
    );
    fc.assert(
      fc.property(many, fc.nat(), fc.nat({ max: 255 }), (histogram, at, byte) => {
        const bytes = encodeReported(histogram);
        bytes[at % bytes.length] = byte;
        if (isFine(() => decoded(bytes))) {
          const { total, counts, firstIndex, lastIndex } = decoded(bytes);
          const within = counts.slice(firstIndex, lastIndex + 1);
          expect(within.reduce((sum, count) => sum + count, 0)).toBe(total);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("any bytes are a histogram or a RangeError, and always come to an end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        if (!isFine(() => decoded(bytes))) return;
        const histogram = decoded(bytes);
        const counted = histogram.counts.reduce((sum, count) => sum + count, 0);
        expect(histogram.total).toBe(counted);
      }),
      { numRuns: 300 },
    );
  });
});

test("sums beyond what a number holds can be written and read all the same", () => {
  const histogram = new Histogram();
  histogram.record(5);
  histogram.sumUs = Number.MAX_SAFE_INTEGER;
  const merged = new Histogram();
  for (const bytes of [encodeSparse(histogram), encodeSparse(histogram)]) addSparse(merged, bytes);
  expect(decoded(encodeSparse(merged))).toMatchObject({
    total: 2,
    sumUs: Number.MAX_SAFE_INTEGER,
  });
});
