import type { RateCurve, RateSegment } from "./rateCurve.ts";

/** One arrival is this many units of (thousandth of a rate) x (millisecond) x 2. */
const UNITS_PER_ARRIVAL = 2_000_000n;

interface Stage {
  startUs: number;
  endUs: number;
  /** Arrivals per second at the start. */
  r0: number;
  /** Change of the rate, arrivals per second per second. */
  beta: number;
  /** Λ(start) = whole + part, with 0 <= part < 1. */
  whole: number;
  part: number;
}

/** Twice the area under a segment in units of 1/2,000,000 arrival: exact. */
function areaUnits(s: RateSegment): bigint {
  return BigInt(s.fromMilliRps + s.toMilliRps) * BigInt(s.endMs - s.startMs);
}

const ceilArrivals = (units: bigint) =>
  Number((units + UNITS_PER_ARRIVAL - 1n) / UNITS_PER_ARRIVAL);

function toStage(s: RateSegment, units: bigint): Stage {
  return {
    startUs: s.startMs * 1000,
    endUs: s.endMs * 1000,
    r0: s.fromMilliRps / 1000,
    beta: (s.toMilliRps - s.fromMilliRps) / (s.endMs - s.startMs),
    whole: Number(units / UNITS_PER_ARRIVAL),
    part: Number(units % UNITS_PER_ARRIVAL) / Number(UNITS_PER_ARRIVAL),
  };
}

/** Which arrivals an open workload has and when each is due, in whole microseconds from its start. */
export interface Schedule {
  /** Arrivals are numbered 0 to total − 1. */
  readonly total: number;
  readonly durationUs: number;
  /** Never decreases with `n`. */
  dueUs(n: number): number;
  /** How many arrivals are due before `us`: also the number of the first one due at or after it. */
  countBefore(us: number): number;
}

/**
 * The exact schedule of an open workload with even arrivals: which arrivals exist and when each is due.
 *
 * With Λ(t) the area under the rate curve, arrival n = 0, 1, 2, … exists if and only if n < Λ(T).
 * It belongs to the stage with Λ(start) <= n < Λ(end) and is due where Λ(t) = n. Every due time is
 * computed from n alone, so it cannot drift and any worker can compute any part of it.
 */
export class ArrivalSchedule implements Schedule {
  readonly total: number;
  /** Λ(T): the whole area, which need not be a whole number. */
  readonly area: number;
  readonly durationUs: number;
  readonly #stages: Stage[] = [];

  constructor(curve: RateCurve) {
    let units = 0n;
    for (const segment of curve.segments) {
      if (segment.endMs > segment.startMs) {
        this.#stages.push(toStage(segment, units));
        units += areaUnits(segment);
      }
    }
    this.total = ceilArrivals(units);
    this.area = Number(units) / Number(UNITS_PER_ARRIVAL);
    this.durationUs = curve.durationMs * 1000;
  }

  /** The due time of arrival `n` (0 <= n < total). */
  dueUs(n: number): number {
    return this.timeOfUs(n, 0);
  }

  /**
   * Where the area under the curve reaches `whole + part` (0 <= part < 1), less than Λ(T).
   * Inverse of the parabola c = r0·t + β·t²/2 in the form that stays exact for β near 0:
   * t = 2c / (r0 + √(r0² + 2βc)).
   */
  timeOfUs(whole: number, part: number): number {
    const stage = this.#stageOf(whole, part);
    const c = whole - stage.whole + (part - stage.part);
    if (c <= 0) return stage.startUs;
    const root = Math.sqrt(Math.max(0, stage.r0 * stage.r0 + 2 * stage.beta * c));
    const us = stage.startUs + Math.round(((2 * c) / (stage.r0 + root)) * 1e6);
    // Rounding must not move an arrival out of its stage, and none is due at the very end.
    return Math.min(us, stage.endUs === this.durationUs ? stage.endUs - 1 : stage.endUs);
  }

  countBefore(us: number): number {
    let n = Math.min(this.total, Math.max(0, Math.floor(this.areaBefore(us))));
    while (n < this.total && this.dueUs(n) < us) n++;
    while (n > 0 && this.dueUs(n - 1) >= us) n--;
    return n;
  }

  #stageOf(whole: number, part: number): Stage {
    let low = 0;
    let high = this.#stages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const stage = this.#stages[middle] as Stage;
      const reached = stage.whole < whole || (stage.whole === whole && stage.part <= part);
      if (reached) low = middle;
      else high = middle - 1;
    }
    const stage = this.#stages[low];
    if (stage === undefined) throw new RangeError("an empty schedule has no arrivals");
    return stage;
  }

  /** Λ(us): the area under the curve up to then. */
  areaBefore(us: number): number {
    let area = 0;
    for (const s of this.#stages) {
      if (us <= s.startUs) break;
      const t = (Math.min(us, s.endUs) - s.startUs) / 1e6;
      area = s.whole + s.part + s.r0 * t + (s.beta * t * t) / 2;
    }
    return area;
  }
}
