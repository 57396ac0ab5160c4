/**
 * A rate over time as straight pieces.
 *
 * Times are whole milliseconds from the workload's start, rates whole thousandths of an arrival
 * per second: both because a scenario's numbers have at most three decimals, so that areas under
 * the curve are exact integers (see `arrivalSchedule.ts`).
 */
export interface RateSegment {
  startMs: number;
  endMs: number;
  fromMilliRps: number;
  toMilliRps: number;
}

export interface RateCurve {
  durationMs: number;
  segments: readonly RateSegment[];
}

/** Arrivals per second at `ms` after the start; the piece that begins at `ms` counts. */
export function rateAt(curve: RateCurve, ms: number): number {
  for (const s of curve.segments) {
    if (ms < s.startMs || ms >= s.endMs) continue;
    const part = (ms - s.startMs) / (s.endMs - s.startMs);
    return (s.fromMilliRps + (s.toMilliRps - s.fromMilliRps) * part) / 1000;
  }
  return 0;
}

/** The highest rate the curve reaches, in arrivals per second. */
export function peakRate(curve: RateCurve): number {
  return curve.segments.reduce((peak, s) => Math.max(peak, s.fromMilliRps, s.toMilliRps), 0) / 1000;
}

/** The corners of the curve, for drawing: steps give two points at the same time. */
export function curvePoints(curve: RateCurve): { seconds: number; rps: number }[] {
  const points: { seconds: number; rps: number }[] = [];
  const add = (ms: number, milliRps: number) => {
    const point = { seconds: ms / 1000, rps: milliRps / 1000 };
    const last = points.at(-1);
    if (last?.seconds !== point.seconds || last.rps !== point.rps) points.push(point);
  };
  for (const s of curve.segments) {
    add(s.startMs, s.fromMilliRps);
    add(s.endMs, s.toMilliRps);
  }
  return points;
}
