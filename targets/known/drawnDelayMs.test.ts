import { describe, expect, test } from "vitest";
import { drawnDelayMs, parseDelayDistribution } from "./drawnDelayMs.ts";

/** Quantiles of the standard normal distribution, from its tables. */
const normal: Record<number, number> = {
  0.1: -1.2815515655,
  0.5: 0,
  0.9: 1.2815515655,
  0.99: 2.326347874,
  0.999: 3.0902323062,
};
const shares = Object.keys(normal).map(Number);

const draws = (spec: string, seed: number, length: number, from = 0) =>
  Array.from({ length }, (_, n) => drawnDelayMs(spec, seed, from + n));

const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;

describe("100,000 draws", () => {
  const kinds: [string, (share: number) => number][] = [
    ["exponential:50", (share) => -50 * Math.log(1 - share)],
    ["uniform:20:120", (share) => 20 + 100 * share],
    ["lognormal:80:0.7", (share) => 80 * Math.exp(0.7 * (normal[share] ?? Number.NaN))],
    ["lognormal:5:2", (share) => 5 * Math.exp(2 * (normal[share] ?? Number.NaN))],
  ];
  const cases = kinds.flatMap(([spec, theoryMs]) =>
    [0, 1, 2, 12_345, 2 ** 32 - 1].map((seed) => ({ spec, seed, theoryMs })),
  );

  test.each(cases)(
    "$spec, seed $seed: p10 to p99.9 are within 1 % of theory, from any arrival on",
    ({ spec, seed, theoryMs }) => {
      for (const from of [0, 7_654_321]) {
        const sorted = draws(spec, seed, 100_000, from).toSorted((a, b) => a - b);
        for (const share of shares) {
          const expected = theoryMs(share);
          expect(Math.abs(percentile(sorted, share) / expected - 1)).toBeLessThan(0.01);
        }
      }
    },
  );

  test("the mean of an exponential is its parameter", () => {
    const sum = draws("exponential:50", 3, 100_000).reduce((total, delay) => total + delay, 0);
    expect(Math.abs(sum / 100_000 / 50 - 1)).toBeLessThan(0.01);
  });
});

describe("a draw", () => {
  test("depends on nothing but spec, seed and arrival number", () => {
    const forwards = draws("exponential:50", 7, 1_000);
    const backwards = Array.from({ length: 1_000 }, (_, n) =>
      drawnDelayMs("exponential:50", 7, 999 - n),
    );
    expect(backwards.toReversed()).toEqual(forwards);
    expect(new Set(forwards).size).toBe(1_000);
  });

  test("another seed gives other delays", () => {
    const seeds = Array.from({ length: 1_000 }, (_, seed) => drawnDelayMs("uniform:0:1", seed, 0));
    expect(new Set(seeds).size).toBe(1_000);
  });

  test.each(["exponential:3600000", "lognormal:3600000:10", "uniform:3600000:3600000"])(
    "%s is never beyond an hour, which a timer can still hold",
    (spec) => {
      const delays = draws(spec, 1, 10_000);
      expect(Math.max(...delays)).toBe(3_600_000);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    },
  );

  test.each([
    ["exponential:0", 0],
    ["uniform:12.5:12.5", 12.5],
    ["lognormal:40:0", 40],
  ])("%s is always %d", (spec, expected) => {
    expect(new Set(draws(spec, 1, 1_000))).toEqual(new Set([expected]));
  });

  test("of a spec that means nothing is an error with a code", () => {
    expect(() => drawnDelayMs("normal:1", 1, 0)).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
  });
});

describe("parseDelayDistribution", () => {
  test.each([
    ["exponential:50", { kind: "exponential", meanMs: 50 }],
    [" uniform : 1.5 : 20 ", { kind: "uniform", minMs: 1.5, maxMs: 20 }],
    ["lognormal:80:0.7", { kind: "lognormal", medianMs: 80, sigma: 0.7 }],
  ])("%j is read", (spec, expected) => {
    expect(parseDelayDistribution(spec)).toEqual(expected);
  });

  test.each([
    ...["", "exponential", "exponential:", "exponential:-1", "exponential:1:2", "exponential:1e3"],
    ...["exponential:3600001", "uniform:5", "uniform:20:10", "uniform:0:3600001", "uniform:1:2:3"],
    ...["lognormal:50", "lognormal:50:-1", "lognormal:50:11", "lognormal:x:1", "normal:50:1", "50"],
  ])("%j is refused", (spec) => {
    expect(parseDelayDistribution(spec)).toBeUndefined();
  });
});
