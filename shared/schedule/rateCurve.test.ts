import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyCurve, curveOf } from "./curves.testing.ts";
import { curvePoints, peakRate, rateAt, type RateCurve } from "./rateCurve.ts";

/** 2 RPS for 1 s, a step to 10, then down to 0 within 2 s. */
const stepAndRamp: RateCurve = curveOf(2000, [
  { lengthMs: 1000, milliRps: 2000, jump: true },
  { lengthMs: 0, milliRps: 10_000, jump: false },
  { lengthMs: 2000, milliRps: 0, jump: false },
]);

describe("rateAt", () => {
  test.each([
    [0, 2],
    [999, 2],
    // at a step the new rate counts
    [1000, 10],
    [1500, 7.5],
    [2000, 5],
    [2999, 0.005],
    // the end is not part of the curve
    [3000, 0],
    [-1, 0],
  ])("at %d ms the rate is %d", (ms, rps) => {
    expect(rateAt(stepAndRamp, ms)).toBeCloseTo(rps, 9);
  });

  test("never exceeds the peak and is never negative", () => {
    fc.assert(
      fc.property(anyCurve, fc.double({ min: 0, max: 1, noNaN: true }), (curve, part) => {
        const rate = rateAt(curve, Math.floor(part * curve.durationMs));
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(peakRate(curve) + 1e-6);
      }),
    );
  });
});

test("the peak is the highest corner", () => {
  expect(peakRate(stepAndRamp)).toBe(10);
  expect(peakRate({ durationMs: 1000, segments: [] })).toBe(0);
});

describe("curvePoints", () => {
  test("gives the corners, a step as two points at the same time", () => {
    expect(curvePoints(stepAndRamp)).toEqual([
      { seconds: 0, rps: 2 },
      { seconds: 1, rps: 2 },
      { seconds: 1, rps: 10 },
      { seconds: 3, rps: 0 },
    ]);
  });

  test("no point twice in a row, time never goes back, ends at the curve's end", () => {
    fc.assert(
      fc.property(anyCurve, (curve) => {
        const points = curvePoints(curve);
        points.slice(1).forEach((point, i) => {
          expect(point).not.toEqual(points[i]);
          expect(point.seconds).toBeGreaterThanOrEqual(points[i]?.seconds ?? 0);
        });
        expect(points.at(-1)?.seconds).toBe(curve.durationMs / 1000);
      }),
    );
  });
});
