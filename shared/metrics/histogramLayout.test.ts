import * as fc from "fast-check";
import { build } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { COUNTS_LENGTH, indexOf, lowestAt, MAX_VALUE_US } from "./histogramLayout.ts";

/** What hdr-histogram-js computes inside; not in its types. */
interface HdrInside {
  countsArrayLength: number;
  countsArrayIndex(value: number): number;
  valueFromIndex(index: number): number;
  lowestEquivalentValue(value: number): number;
}

const hdr = build({
  lowestDiscernibleValue: 1,
  highestTrackableValue: MAX_VALUE_US,
  numberOfSignificantValueDigits: 3,
  bitBucketSize: 32,
  useWebAssembly: false,
}) as unknown as HdrInside;

const anyValue = fc.oneof(
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: 0, max: MAX_VALUE_US }),
  // around every power of two, where buckets change
  fc
    .tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: -2, max: 2 }))
    .map(([bits, off]) => Math.min(MAX_VALUE_US, Math.max(0, 2 ** bits + off))),
);

describe("the layout is hdr-histogram-js's own", () => {
  test("it allocates as many counts", () => {
    expect(hdr.countsArrayLength).toBe(COUNTS_LENGTH);
    expect(indexOf(MAX_VALUE_US)).toBeLessThan(COUNTS_LENGTH);
  });

  test("every value has the same index", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(indexOf(value)).toBe(hdr.countsArrayIndex(value));
      }),
      { numRuns: 2_000 },
    );
  });

  test("every index that values have starts at the same value", () => {
    for (let index = 0; index <= indexOf(MAX_VALUE_US); index++) {
      if (lowestAt(index) !== hdr.valueFromIndex(index)) expect.fail(`index ${index} differs`);
    }
  });
});

test("a bucket's lowest value is in it, the one below is not", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const index = indexOf(value);
      const lowest = lowestAt(index);
      expect(lowest).toBe(hdr.lowestEquivalentValue(value));
      expect(indexOf(lowest)).toBe(index);
      if (lowest > 0) expect(indexOf(lowest - 1)).toBe(index - 1);
    }),
    { numRuns: 1_000 },
  );
});

test("values of a bucket are at most 1/1024 apart", () => {
  for (let index = 1; index <= indexOf(MAX_VALUE_US); index++) {
    const width = lowestAt(index + 1) - lowestAt(index);
    if (width > Math.max(1, lowestAt(index) / 1024))
      expect.fail(`bucket ${index} is ${width} wide`);
  }
});
