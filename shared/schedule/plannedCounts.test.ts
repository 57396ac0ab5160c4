import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArrivalSchedule } from "./arrivalSchedule.ts";
import { curves, flat, ramp } from "./curves.testing.ts";
import { plannedInSecond, plannedPerSecond } from "./plannedCounts.ts";
import type { RateCurve } from "./rateCurve.ts";

describe("planned arrivals per second", () => {
  test.each<[string, RateCurve, number[]]>([
    ["a flat rate", flat(3, 4), [3, 3, 3, 3]],
    ["a rate with a fraction", flat(2.5, 4), [3, 2, 3, 2]],
    ["a part of a second at the end", flat(4, 1.5), [4, 2]],
    // Λ(1) = 1, Λ(2) = 4, Λ(3) = 9
    ["a ramp", ramp(0, 6, 3), [1, 3, 5]],
    ["less than a second", flat(10, 0.25), [3]],
    ["no load", flat(0, 3), [0, 0, 0]],
    ["no time", { durationMs: 0, segments: [] }, []],
  ])("%s", (_name, curve, planned) => {
    expect(plannedPerSecond(new ArrivalSchedule(curve))).toEqual(planned);
  });

  test("they sum to the total, and each is the count of its second", () => {
    fc.assert(
      fc.property(curves({ maxMilliRps: 50_000_000, maxPieceMs: 10_000 }), (curve) => {
        const schedule = new ArrivalSchedule(curve);
        const planned = plannedPerSecond(schedule);
        expect(planned.reduce((sum, n) => sum + n, 0)).toBe(schedule.total);
        expect(planned).toEqual(planned.map((_, second) => plannedInSecond(schedule, second)));
      }),
      { numRuns: 200 },
    );
  });
});
