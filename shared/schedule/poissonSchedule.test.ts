import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HashSequence } from "../random/hashRandom.ts";
import { poissonDraw } from "../random/poisson.ts";
import { ArrivalSchedule } from "./arrivalSchedule.ts";
import { curves, flat, ramp } from "./curves.testing.ts";
import { PoissonSchedule } from "./poissonSchedule.ts";

const dues = (schedule: PoissonSchedule) =>
  Array.from({ length: schedule.total }, (_, n) => schedule.dueUs(n));

/** Mean and variance. */
function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

test.each([0.1, 1, 9.99, 10, 57, 1000, 250_000])(
  "draws of mean %d have that mean and that variance",
  (mean) => {
    const random = new HashSequence(3, 0, 0);
    const found = moments(Array.from({ length: 20_000 }, () => poissonDraw(mean, random)));
    // Five standard errors of the mean, and the variance's (about √(2/n)) likewise.
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(mean / 20_000));
    expect(Math.abs(found.variance / mean - 1)).toBeLessThan(0.06 + 1 / (mean * 50));
  },
);

describe("a Poisson schedule", () => {
  test("never decreases, stays inside the curve, and finds what is before any moment", () => {
    fc.assert(
      fc.property(
        curves({ maxMilliRps: 200_000, maxPieceMs: 4_000 }),
        fc.nat(),
        fc.nat({ max: 25_000_000 }),
        (curve, seed, us) => {
          const schedule = new PoissonSchedule(curve, seed);
          const all = dues(schedule);
          all.forEach((due, n) => {
            expect(due).toBeGreaterThanOrEqual(all[n - 1] ?? 0);
            expect(due).toBeLessThan(schedule.durationUs);
            expect(Number.isInteger(due)).toBe(true);
          });
          expect(schedule.countBefore(us)).toBe(all.filter((due) => due < us).length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("is the same for the same seed, from wherever it is asked, and another for another", () => {
    const first = new PoissonSchedule(ramp(10, 900, 20), 5);
    const again = new PoissonSchedule(ramp(10, 900, 20), 5);
    const backwards = Array.from({ length: first.total }, (_, n) => first.total - 1 - n);
    expect(backwards.map((n) => again.dueUs(n)).toReversed()).toEqual(dues(first));
    expect(dues(new PoissonSchedule(ramp(10, 900, 20), 6))).not.toEqual(dues(first));
  });

  test("has the counts of its rate: mean and variance per 10 ms are both the area", () => {
    const schedule = new PoissonSchedule(flat(500, 200), 11);
    const counts = Array.from({ length: 20_000 }, () => 0);
    for (const due of dues(schedule)) counts[Math.floor(due / 10_000)]! += 1;
    const { mean, variance } = moments(counts);
    expect(Math.abs(mean / 5 - 1)).toBeLessThan(0.02);
    expect(Math.abs(variance / 5 - 1)).toBeLessThan(0.06);
  });

  test("has exponential gaps: of mean 1 over the rate, and above 3 means in 5 % of cases", () => {
    const all = dues(new PoissonSchedule(flat(1000, 100), 2));
    const gaps = all.slice(1).map((due, n) => due - (all[n] as number));
    expect(Math.abs(moments(gaps).mean / 1000 - 1)).toBeLessThan(0.02);
    const long = gaps.filter((gap) => gap > 3000).length / gaps.length;
    expect(Math.abs(long - Math.exp(-3))).toBeLessThan(0.005);
  });

  test("follows a curve: each tenth of a ramp has its share", () => {
    const curve = ramp(0, 20_000, 10);
    const poisson = new PoissonSchedule(curve, 1);
    const even = new ArrivalSchedule(curve);
    for (let tenth = 1; tenth <= 10; tenth++) {
      const wanted = even.countBefore(tenth * 1e6);
      const found = poisson.countBefore(tenth * 1e6);
      expect(Math.abs(found - wanted)).toBeLessThan(6 * Math.sqrt(wanted) + 1);
    }
  });

  test("of no rate has no arrival", () => {
    expect(new PoissonSchedule(flat(0, 5), 1).total).toBe(0);
    expect(new PoissonSchedule(flat(0, 5), 1).countBefore(1e6)).toBe(0);
  });
});
