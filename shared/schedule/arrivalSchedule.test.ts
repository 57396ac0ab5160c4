import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArrivalSchedule } from "./arrivalSchedule.ts";
import { anyCurve, curveOf, curves, flat, ramp } from "./curves.testing.ts";
import type { RateCurve } from "./rateCurve.ts";

/** ⌈Λ(T)⌉ in BigInt: rates in 1/1000, times in ms, trapezium halves: 1/2,000,000 arrival. */
function exactTotal(curve: RateCurve): number {
  const units = curve.segments.reduce(
    (sum, s) => sum + BigInt(s.fromMilliRps + s.toMilliRps) * BigInt(s.endMs - s.startMs),
    0n,
  );
  return Number((units + 1_999_999n) / 2_000_000n);
}

/** Λ(us), and how far rounding `us` to a whole microsecond may move it. */
function areaAt(curve: RateCurve, us: number): { area: number; slack: number } {
  let area = 0;
  let rate = 0;
  for (const s of curve.segments) {
    const [start, end] = [s.startMs * 1000, s.endMs * 1000];
    if (us < start || end === start) continue;
    const part = (Math.min(us, end) - start) / (end - start);
    const [from, to] = [s.fromMilliRps / 1000, s.toMilliRps / 1000];
    rate = Math.max(rate * Number(us === start), from, to);
    area += ((from + from + (to - from) * part) / 2) * ((part * (end - start)) / 1e6);
  }
  return { area, slack: rate / 1e6 + area * 1e-12 + 1e-6 };
}

/** A schedule with some of its arrival numbers, the first and last always among them. */
const withSamples = (curve: fc.Arbitrary<RateCurve>) =>
  curve
    .map((c) => ({ curve: c, schedule: new ArrivalSchedule(c) }))
    .filter(({ schedule }) => schedule.total > 0)
    .chain(({ curve: c, schedule }) =>
      fc.record({
        curve: fc.constant(c),
        schedule: fc.constant(schedule),
        samples: fc
          .array(fc.maxSafeNat(), { minLength: 20, maxLength: 20 })
          .map((picks) => picks.map((pick) => pick % schedule.total))
          .map((picks) => [0, schedule.total - 1, ...picks].sort((a, b) => a - b)),
      }),
    );

describe("how many arrivals there are", () => {
  test.each<[string, RateCurve, number]>([
    // floats give 250
    ["8.3 RPS x 30 s", flat(8.3, 30), 249],
    ["1000 RPS x 60 s", flat(1000, 60), 60_000],
    ["0.001 RPS x 1 s: the first is due at once", flat(0.001, 1), 1],
    ["no rate", flat(0, 10), 0],
    ["a ramp 0 to 10 in 10 s", ramp(0, 10, 10), 50],
    ["a ramp 100 to 5000 in 180 s", ramp(100, 5000, 180), 459_000],
    ["a ramp down to 0", ramp(10, 0, 3), 15],
    [
      "0.1 + 0.2 RPS, 10 s each",
      curveOf(100, [
        { lengthMs: 10_000, milliRps: 100, jump: true },
        { lengthMs: 10_000, milliRps: 200, jump: true },
      ]),
      3,
    ],
    ["10,000,000 RPS x 7 days", flat(10_000_000, 604_800), 6_048_000_000_000],
    ["0 to 10,000,000 RPS over 7 days", ramp(0, 10_000_000, 604_800), 3_024_000_000_000],
  ])("%s", (_name, curve, total) => {
    expect(new ArrivalSchedule(curve).total).toBe(total);
  });

  test("the total is ⌈Λ(T)⌉ in exact arithmetic, for every curve", () => {
    fc.assert(
      fc.property(anyCurve, (curve) => {
        expect(new ArrivalSchedule(curve).total).toBe(exactTotal(curve));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("when arrivals are due", () => {
  test("a flat rate spaces them evenly from 0", () => {
    const schedule = new ArrivalSchedule(flat(4, 2));
    const due = Array.from({ length: schedule.total }, (_, n) => schedule.dueUs(n));
    expect(due).toEqual([0, 250_000, 500_000, 750_000, 1e6, 1_250_000, 1_500_000, 1_750_000]);
  });

  test("a stage of no length is a step", () => {
    const curve = curveOf(1000, [
      { lengthMs: 2000, milliRps: 1000, jump: true },
      { lengthMs: 0, milliRps: 4000, jump: false },
      { lengthMs: 1000, milliRps: 4000, jump: false },
    ]);
    const schedule = new ArrivalSchedule(curve);
    const due = Array.from({ length: schedule.total }, (_, n) => schedule.dueUs(n));
    expect(due).toEqual([0, 1e6, 2e6, 2_250_000, 2_500_000, 2_750_000]);
  });

  test("a pause has no arrival within it", () => {
    const curve = curveOf(0, [
      { lengthMs: 1000, milliRps: 2000, jump: true },
      { lengthMs: 5000, milliRps: 0, jump: true },
      { lengthMs: 1000, milliRps: 2000, jump: true },
    ]);
    const schedule = new ArrivalSchedule(curve);
    const due = Array.from({ length: schedule.total }, (_, n) => schedule.dueUs(n));
    expect(due).toEqual([0, 500_000, 6e6, 6_500_000]);
  });

  test("an empty schedule has no due time", () => {
    const empty = new ArrivalSchedule({ durationMs: 0, segments: [] });
    expect(empty.total).toBe(0);
    expect(() => empty.dueUs(0)).toThrow(RangeError);
    expect(empty.countBefore(1e9)).toBe(0);
  });

  test("due times are whole, never decrease, and lie within [0, T)", () => {
    fc.assert(
      fc.property(withSamples(anyCurve), ({ schedule, samples }) => {
        const near = samples.flatMap((n) => [n, Math.min(n + 1, schedule.total - 1)]);
        let last = 0;
        for (const n of near.sort((a, b) => a - b)) {
          const due = schedule.dueUs(n);
          expect(Number.isSafeInteger(due)).toBe(true);
          expect(due).toBeGreaterThanOrEqual(last);
          expect(due).toBeLessThan(schedule.durationUs);
          last = due;
        }
      }),
      { numRuns: 500 },
    );
  });

  test("due times never decrease from any arrival to the next", () => {
    fc.assert(
      fc.property(curves({ maxMilliRps: 200_000, maxPieceMs: 1_500 }), (curve) => {
        const schedule = new ArrivalSchedule(curve);
        let last = 0;
        for (let n = 0; n < schedule.total; n++) {
          const due = schedule.dueUs(n);
          if (due < last) expect.fail(`arrival ${n} is due at ${due}, the one before at ${last}`);
          last = due;
        }
      }),
      { numRuns: 60 },
    );
  });

  test("Λ(dueUs(n)) = n to within the rounding to a microsecond", () => {
    fc.assert(
      fc.property(withSamples(anyCurve), ({ curve, schedule, samples }) => {
        for (const n of samples) {
          const { area, slack } = areaAt(curve, schedule.dueUs(n));
          expect(Math.abs(area - n)).toBeLessThanOrEqual(slack);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("countBefore", () => {
  test("is the inverse of dueUs: everything below is due before, nothing else", () => {
    fc.assert(
      fc.property(
        withSamples(anyCurve),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
        ({ schedule, samples }, parts) => {
          const dues = samples.slice(0, 6).map((n) => schedule.dueUs(n));
          const times = parts.map((part) => Math.floor(part * schedule.durationUs));
          for (const us of [...dues, ...times]) {
            const n = schedule.countBefore(us);
            if (n > 0) expect(schedule.dueUs(n - 1)).toBeLessThan(us);
            if (n < schedule.total) expect(schedule.dueUs(n)).toBeGreaterThanOrEqual(us);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("counts nothing before the start and everything from the end on", () => {
    fc.assert(
      fc.property(anyCurve, (curve) => {
        const schedule = new ArrivalSchedule(curve);
        expect(schedule.countBefore(-1)).toBe(0);
        expect(schedule.countBefore(0)).toBe(0);
        expect(schedule.countBefore(schedule.durationUs)).toBe(schedule.total);
        expect(schedule.countBefore(schedule.durationUs * 2)).toBe(schedule.total);
      }),
    );
  });
});
