import * as fc from "fast-check";
import type { RateCurve, RateSegment } from "./rateCurve.ts";

/** A piece as scenarios have it: a length and where the rate goes; `jump` steps there at once. */
interface Piece {
  lengthMs: number;
  milliRps: number;
  jump: boolean;
}

export function curveOf(fromMilliRps: number, pieces: readonly Piece[]): RateCurve {
  const segments: RateSegment[] = [];
  let at = 0;
  let rate = fromMilliRps;
  for (const { lengthMs, milliRps, jump } of pieces) {
    const from = jump ? milliRps : rate;
    segments.push({ startMs: at, endMs: at + lengthMs, fromMilliRps: from, toMilliRps: milliRps });
    at += lengthMs;
    rate = milliRps;
  }
  return { durationMs: at, segments };
}

/** A flat rate; both figures may have three decimals. */
export function flat(rps: number, seconds: number): RateCurve {
  const milliRps = Math.round(rps * 1000);
  return curveOf(milliRps, [{ lengthMs: Math.round(seconds * 1000), milliRps, jump: true }]);
}

/** A straight ramp. */
export function ramp(fromRps: number, toRps: number, seconds: number): RateCurve {
  const milliRps = Math.round(toRps * 1000);
  const lengthMs = Math.round(seconds * 1000);
  return curveOf(Math.round(fromRps * 1000), [{ lengthMs, milliRps, jump: false }]);
}

/** Random piecewise curves with three decimals, among them pieces of no length and of no rate. */
export function curves(limits: {
  maxMilliRps: number;
  maxPieceMs: number;
}): fc.Arbitrary<RateCurve> {
  const { maxMilliRps, maxPieceMs } = limits;
  const milliRps = fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.integer({ min: 0, max: maxMilliRps }) },
  );
  const lengthMs = fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: maxPieceMs }) },
  );
  const piece = fc.record({ lengthMs, milliRps, jump: fc.boolean() });
  return fc
    .tuple(milliRps, fc.array(piece, { minLength: 1, maxLength: 6 }))
    .map(([from, pieces]) => curveOf(from, pieces))
    .filter((curve) => curve.durationMs > 0);
}

/** The most a scenario may ask for: 10,000,000 RPS, and 7 days in at most six pieces. */
export const anyCurve = fc.oneof(
  curves({ maxMilliRps: 20_000, maxPieceMs: 20_000 }),
  curves({ maxMilliRps: 10_000_000_000, maxPieceMs: 5_000 }),
  curves({ maxMilliRps: 10_000_000_000, maxPieceMs: 100_800_000 }),
  curves({ maxMilliRps: 5, maxPieceMs: 100_800_000 }),
);
