import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { histogramOf, latencyUs } from "./deltas.testing.ts";
import { Histogram } from "./histogram.ts";
import { indexOf, MAX_VALUE_US } from "./histogramLayout.ts";
import { addSparse, checkSparse, encodeSparse } from "./sparseHistogram.ts";

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

/** Checking must come to what merging comes to: tested with every bytes that are read here. */
function decoded(bytes: Uint8Array): Histogram {
  const histogram = new Histogram();
  expect(isFine(() => checkSparse(bytes))).toBe(isFine(() => addSparse(new Histogram(), bytes)));
  addSparse(histogram, bytes);
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
    large.counts[5] = 2 ** 32 - 1;
    Object.assign(large, {
      total: 2 ** 32,
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

  // minUs maxUs sumUs clamped entries, then entries of 4·indexDelta + count
  test.each<[string, number[]]>([
    ["bytes left over", [5, 5, 5, 0, 1, 21, 21]],
    ["an index beyond the layout", [5, 5, 5, 0, 1, 0x81, 0xe0, 5]],
    ["an index beyond its maximum", [5, 6, 5, 0, 2, 21, 9]],
    ["an index beyond its maximum among many", [5, 9, 5, 0, 5, 21, 5, 5, 125, 5]],
    ["a maximum that is in no bucket", [5, 9, 5, 0, 2, 21, 5]],
    ["a minimum that is in no bucket", [4, 6, 5, 0, 2, 21, 5]],
    ["a minimum above the maximum", [6, 5, 5, 0, 1, 21]],
    ["a maximum above an hour", [5, 128, 128, 128, 128, 127, 5, 0, 1, 21]],
    ["more clamped than recorded", [5, 5, 5, 2, 1, 21]],
    ["no entries", [5, 5, 5, 0, 0]],
    ["a count of 0", [5, 5, 5, 0, 1, 20, 0]],
    ["a number of nine bytes", [128, 128, 128, 128, 128, 128, 128, 128, 1]],
    ["a number that never ends", Array.from({ length: 100 }, () => 255)],
    ["more entries than bytes", [5, 5, 5, 0, 255, 255, 255, 255, 255, 255, 15, 21]],
    // 32 bits would make these an entry of 4·5 + 1 and a count of 1.
    ["an entry beyond 32 bits", [5, 5, 5, 0, 1, 0x95, 128, 128, 128, 16]],
    ["a count beyond 32 bits", [5, 5, 5, 0, 1, 20, 129, 128, 128, 128, 16]],
  ])("%s", (_name, bytes) => {
    expect(() => decoded(Uint8Array.from(bytes))).toThrow(RangeError);
  });

  test("every one with a byte changed is refused or counts what it says", () => {
    const many = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(many, fc.nat(), fc.nat({ max: 255 }), (list, at, byte) => {
        const bytes = encodeSparse(histogramOf(list));
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
