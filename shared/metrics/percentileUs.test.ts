import * as fc from "fast-check";
import { expect, test } from "vitest";
import { histogramOf, latencyUs } from "./deltas.testing.ts";
import { latencyStats } from "./latencyStats.ts";
import { percentileUs } from "./percentileUs.ts";

test.each<[string, number, number]>([
  ["0 is the smallest", 0, 1],
  ["50 of four is the second", 50, 2],
  ["75 is the third", 75, 3],
  ["just above is the fourth", 75.01, 4],
  ["100 is the largest", 100, 4],
])("%s", (_claim, percent, expected) => {
  expect(percentileUs(histogramOf([4, 2, 1, 3]), percent)).toBe(expected);
});

test("of nothing is 0", () => expect(percentileUs(histogramOf([]), 99)).toBe(0));

test("99.9 % of 1000 values is the 999th", () => {
  expect(percentileUs(histogramOf(Array.from({ length: 1000 }, (_, i) => i + 1)), 99.9)).toBe(999);
});

test("agrees with the percentiles of a summary", () => {
  fc.assert(
    fc.property(fc.array(latencyUs, { minLength: 1, maxLength: 60 }), (values) => {
      const histogram = histogramOf(values);
      const { p50, p75, p90, p95, p99, p999 } = latencyStats(histogram);
      const ours = [50, 75, 90, 95, 99, 99.9].map((p) => percentileUs(histogram, p) / 1000);
      expect(ours).toEqual([p50, p75, p90, p95, p99, p999]);
    }),
    { numRuns: 50 },
  );
});
