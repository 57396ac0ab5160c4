import { describe, expect, test } from "vitest";
import { thinkTimeUs, type ThinkTime } from "./thinkTime.ts";

const draws = (think: ThinkTime) =>
  Array.from({ length: 20_000 }, (_, index) => thinkTimeUs(think, 1, 0, index) / 1e6);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("a think time", () => {
  test("that is constant is just that", () => {
    expect(new Set(draws({ distribution: "constant", seconds: 1.25 }))).toEqual(new Set([1.25]));
  });

  test("that is uniform lies between its ends, in the middle on average", () => {
    const all = draws({ distribution: "uniform", min: 1, max: 3 });
    expect(Math.min(...all)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...all)).toBeLessThanOrEqual(3);
    expect(Math.abs(mean(all) - 2)).toBeLessThan(0.03);
  });

  test("that is normal has its mean and its deviation, and is never negative", () => {
    const all = draws({ distribution: "normal", mean: 5, deviation: 1 });
    expect(Math.abs(mean(all) - 5)).toBeLessThan(0.05);
    expect(Math.abs(Math.sqrt(mean(all.map((s) => (s - 5) ** 2))) - 1)).toBeLessThan(0.05);
    expect(Math.min(...draws({ distribution: "normal", mean: 0, deviation: 2 }))).toBe(0);
  });

  test("that is exponential has its mean, and its median at ln 2 of it", () => {
    const all = draws({ distribution: "exponential", mean: 2 }).sort((a, b) => a - b);
    expect(Math.abs(mean(all) - 2)).toBeLessThan(0.08);
    expect(Math.abs((all[10_000] as number) - 2 * Math.LN2)).toBeLessThan(0.06);
    expect(all.at(-1)).toBeLessThanOrEqual(40);
  });

  test("depends on nothing but what it is asked for", () => {
    const think: ThinkTime = { distribution: "exponential", mean: 1 };
    expect(thinkTimeUs(think, 1, 2, 3)).toBe(thinkTimeUs(think, 1, 2, 3));
    expect(thinkTimeUs(think, 1, 2, 3)).not.toBe(thinkTimeUs(think, 1, 3, 3));
  });
});
