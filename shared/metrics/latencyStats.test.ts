import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { histogramOf, latencyUs } from "./deltas.testing.ts";
import { latencyStats } from "./latencyStats.ts";
import { Histogram } from "./histogram.ts";
import { MAX_VALUE_US } from "./histogramLayout.ts";

/** The same figures from a sorted array: nearest rank, in milliseconds. */
function oracle(valuesUs: readonly number[]) {
  const sorted = valuesUs.map((v) => Math.min(v, MAX_VALUE_US)).sort((a, b) => a - b);
  const at = (p: number) => {
    // In exact thousandths, so that 99.9 % of 1000 is 999 and not 1000.
    const rank = Math.ceil((Math.round(p * 10) * sorted.length) / 1000);
    return (sorted[Math.max(1, rank) - 1] as number) / 1000;
  };
  const avg = sorted.reduce((sum, v) => sum + v, 0) / sorted.length;
  const variance = sorted.reduce((sum, v) => sum + (v - avg) ** 2, 0) / sorted.length;
  return {
    ...{ avg: avg / 1000, min: sorted[0]! / 1000, max: sorted.at(-1)! / 1000 },
    ...{ sd: Math.sqrt(variance) / 1000 },
    ...{ p50: at(50), p75: at(75), p90: at(90), p95: at(95), p99: at(99), p999: at(99.9) },
  };
}

describe("latency statistics", () => {
  test("of nothing are zeros", () => {
    const stats = latencyStats(new Histogram());
    expect(new Set(Object.values(stats))).toEqual(new Set([0]));
  });

  test("of one value are that value", () => {
    const { count, sd, ...rest } = latencyStats(histogramOf([50_000]));
    expect([count, sd]).toEqual([1, 0]);
    expect(new Set(Object.values(rest))).toEqual(new Set([50]));
  });

  test("of 1 to 1000 ms are exact to the bucket", () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i + 1) * 1000);
    const stats = latencyStats(histogramOf(values));
    expect(stats).toMatchObject({ count: 1000, avg: 500.5, min: 1, max: 1000 });
    const near = { p50: 500, p75: 750, p90: 900, p95: 950, p99: 990, p999: 999 };
    for (const [name, ms] of Object.entries(near)) {
      const found = stats[name as keyof typeof near];
      expect(found).toBeGreaterThanOrEqual(ms);
      expect(found).toBeLessThanOrEqual(ms * 1.001);
    }
  });

  test("agree with a sorted array within 0.1 %, average, minimum and maximum exactly", () => {
    fc.assert(
      fc.property(fc.array(latencyUs, { minLength: 1, maxLength: 300 }), (values) => {
        const stats = latencyStats(histogramOf(values));
        const wanted = oracle(values);
        expect(stats.count).toBe(values.length);
        expect(stats.avg).toBeCloseTo(wanted.avg, 2);
        expect([stats.min, stats.max]).toEqual([wanted.min, wanted.max]);
        for (const name of ["p50", "p75", "p90", "p95", "p99", "p999"] as const) {
          expect(stats[name]).toBeGreaterThanOrEqual(wanted[name]);
          expect(stats[name]).toBeLessThanOrEqual(wanted[name] * 1.001 + 0.001);
        }
        // Deviations of single values are off by half a bucket at most.
        expect(Math.abs(stats.sd - wanted.sd)).toBeLessThanOrEqual(wanted.max * 0.001 + 0.001);
      }),
      { numRuns: 60 },
    );
  });

  test("percentiles never decrease and never exceed the maximum", () => {
    fc.assert(
      fc.property(fc.array(latencyUs, { minLength: 1, maxLength: 50 }), (values) => {
        const { min, p50, p75, p90, p95, p99, p999, max } = latencyStats(histogramOf(values));
        const order = [min, p50, p75, p90, p95, p99, p999, max];
        expect(order.toSorted((a, b) => a - b)).toEqual(order);
      }),
      { numRuns: 60 },
    );
  });
});
