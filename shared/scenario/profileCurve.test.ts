import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArrivalSchedule } from "../schedule/arrivalSchedule.ts";
import { type RateCurve, rateAt } from "../schedule/rateCurve.ts";
import { type CurveProfile, burstWindows, profileCurve } from "./profileCurve.ts";

/** Pieces as `start-end: from>to` in seconds and RPS. */
const shown = (curve: RateCurve) =>
  curve.segments.map(
    (s) =>
      `${s.startMs / 1000}-${s.endMs / 1000}: ` +
      (s.fromMilliRps === s.toMilliRps
        ? `${s.fromMilliRps / 1000}`
        : `${s.fromMilliRps / 1000}>${s.toMilliRps / 1000}`),
  );

const burst = (startSecond: number, durationSeconds: number, rps: number) => ({
  startSecond,
  durationSeconds,
  rps,
});

describe("the curve of each profile", () => {
  test.each<[string, CurveProfile, number, string[]]>([
    ["CONSTANT", { type: "CONSTANT", initialRps: 8.3 }, 30, ["0-30: 8.3"]],
    ["CONSTANT of no rate", { type: "CONSTANT", initialRps: 0 }, 2, ["0-2: 0"]],
    [
      "RAMP, then it holds",
      { type: "RAMP", initialRps: 100, targetRps: 5000, rampUpSeconds: 180 },
      300,
      ["0-180: 100>5000", "180-300: 5000"],
    ],
    [
      "RAMP down",
      { type: "RAMP", initialRps: 50, targetRps: 0.5, rampUpSeconds: 1.5 },
      2,
      ["0-1.5: 50>0.5", "1.5-2: 0.5"],
    ],
    [
      "RAMP over the whole duration",
      { type: "RAMP", initialRps: 1, targetRps: 2, rampUpSeconds: 10 },
      10,
      ["0-10: 1>2"],
    ],
    [
      "RAMP in no time is a step",
      { type: "RAMP", initialRps: 1, targetRps: 2, rampUpSeconds: 0 },
      10,
      ["0-10: 2"],
    ],
    [
      "BURST: the burst's rate replaces the base rate",
      { type: "BURST", initialRps: 500, bursts: [burst(30, 10, 5000), burst(70, 10, 8000)] },
      120,
      ["0-30: 500", "30-40: 5000", "40-70: 500", "70-80: 8000", "80-120: 500"],
    ],
    [
      "BURST in any order, back to back, from start to end",
      { type: "BURST", initialRps: 9, bursts: [burst(2, 1, 3), burst(0, 1, 1), burst(1, 1, 2)] },
      3,
      ["0-1: 1", "1-2: 2", "2-3: 3"],
    ],
    [
      "BURST of a lower rate",
      { type: "BURST", initialRps: 9, bursts: [burst(1, 1, 0)] },
      3,
      ["0-1: 9", "1-2: 0", "2-3: 9"],
    ],
    [
      "BURST repeating, the last repetition cut at the end",
      { type: "BURST", initialRps: 1, bursts: [{ ...burst(1, 2, 7), repeatEverySeconds: 4 }] },
      10,
      ["0-1: 1", "1-3: 7", "3-5: 1", "5-7: 7", "7-9: 1", "9-10: 7"],
    ],
    [
      "BURST repeating without a pause",
      { type: "BURST", initialRps: 1, bursts: [{ ...burst(1, 1, 7), repeatEverySeconds: 1 }] },
      3,
      ["0-1: 1", "1-2: 7", "2-3: 7"],
    ],
    [
      "BURST: two that repeat between each other",
      {
        type: "BURST",
        initialRps: 1,
        bursts: [
          { ...burst(0, 1, 5), repeatEverySeconds: 4 },
          { ...burst(2, 1, 6), repeatEverySeconds: 4 },
        ],
      },
      8,
      ["0-1: 5", "1-2: 1", "2-3: 6", "3-4: 1", "4-5: 5", "5-6: 1", "6-7: 6", "7-8: 1"],
    ],
    [
      "SPIKE",
      {
        type: "SPIKE",
        ...{ initialRps: 10, spikeRps: 100, spikeStartSecond: 2, spikeDurationSeconds: 0.5 },
      },
      5,
      ["0-2: 10", "2-2.5: 100", "2.5-5: 10"],
    ],
    [
      "SPIKE at the start, to the end",
      {
        type: "SPIKE",
        ...{ initialRps: 10, spikeRps: 100, spikeStartSecond: 0, spikeDurationSeconds: 5 },
      },
      5,
      ["0-5: 100"],
    ],
    [
      "STAGES define their own length",
      {
        type: "STAGES",
        initialRps: 1,
        stages: [
          { durationSeconds: 2, targetRps: 5 },
          { durationSeconds: 3, targetRps: 5 },
          { durationSeconds: 0, targetRps: 50 },
          { durationSeconds: 1.5, targetRps: 0 },
        ],
      },
      0,
      ["0-2: 1>5", "2-5: 5", "5-6.5: 50>0"],
    ],
  ])("%s", (_name, profile, durationSeconds, expected) => {
    const curve = profileCurve(profile, durationSeconds);
    expect(shown(curve)).toEqual(expected);
    expect(curve.durationMs).toBe(curve.segments.at(-1)?.endMs);
  });

  test("STAGES of no length at all make an empty curve", () => {
    const stages = [{ durationSeconds: 0, targetRps: 5 }];
    const curve = profileCurve({ type: "STAGES", initialRps: 1, stages }, 60);
    expect(curve).toEqual({ durationMs: 0, segments: [] });
  });
});

const decimal = (max: number) => fc.integer({ min: 0, max: max * 1000 }).map((n) => n / 1000);
const length = (max: number) => fc.integer({ min: 1, max: max * 1000 }).map((n) => n / 1000);

test("pieces follow each other without gap or overlap from 0 to the end", () => {
  const bursts = fc
    .array(fc.record({ gap: decimal(5), length: length(5), rps: decimal(100) }), { minLength: 1 })
    .map((list) => {
      let atMs = 0;
      return list.map(({ gap, length, rps }) => {
        const startMs = atMs + Math.round(gap * 1000);
        atMs = startMs + Math.round(length * 1000);
        return burst(startMs / 1000, length, rps);
      });
    });
  const profile: fc.Arbitrary<CurveProfile> = fc.oneof(
    fc.record({ type: fc.constant("CONSTANT" as const), initialRps: decimal(100) }),
    fc.record({
      type: fc.constant("RAMP" as const),
      ...{ initialRps: decimal(100), targetRps: decimal(100), rampUpSeconds: decimal(200) },
    }),
    fc.record({ type: fc.constant("BURST" as const), initialRps: decimal(100), bursts }),
    fc.record({
      type: fc.constant("SPIKE" as const),
      ...{ initialRps: decimal(100), spikeRps: decimal(100) },
      ...{ spikeStartSecond: decimal(50), spikeDurationSeconds: length(50) },
    }),
  );
  fc.assert(
    fc.property(profile, (p) => {
      const { durationMs, segments } = profileCurve(p, 200);
      expect(durationMs).toBe(200_000);
      let at = 0;
      for (const segment of segments) {
        expect(segment.startMs).toBe(at);
        expect(segment.endMs).toBeGreaterThan(at);
        at = segment.endMs;
      }
      expect(at).toBe(durationMs);
    }),
  );
});

test("a repeating burst is the same as all its repetitions written out", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5_000 }),
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 5_001, max: 60_000 }),
      (startMs, lengthMs, pauseMs, durationMs) => {
        const everyMs = lengthMs + pauseMs;
        const one = burst(startMs / 1000, lengthMs / 1000, 7);
        const repeating = { ...one, repeatEverySeconds: everyMs / 1000 };
        const written = Array.from(
          { length: Math.ceil((durationMs - startMs) / everyMs) },
          (_, i) => burst((startMs + i * everyMs) / 1000, lengthMs / 1000, 7),
        );
        expect(burstWindows([repeating], durationMs)).toEqual(burstWindows(written, durationMs));
      },
    ),
    { numRuns: 50 },
  );
});

test("within a burst its rate applies, outside it the base rate", () => {
  const profile: CurveProfile = {
    type: "BURST",
    initialRps: 3,
    bursts: [{ ...burst(10, 2, 50), repeatEverySeconds: 30 }],
  };
  const curve = profileCurve(profile, 100);
  const rates = [9.999, 10, 11.999, 12, 40, 41.999, 42, 99].map((s) => rateAt(curve, s * 1000));
  expect(rates).toEqual([3, 50, 50, 3, 50, 50, 3, 3]);
  expect(new ArrivalSchedule(curve).total).toBe(3 * 94 + 50 * 6);
});
