import { performance } from "node:perf_hooks";
import { monotonicUs } from "../engine/monotonicClock.ts";
import type { CommonClock } from "./ports.ts";

const SAMPLES = 9;

/** The common clock as seen from here, taken from the sample with the smallest round trip. */
export interface ClockReading {
  /** Common clock minus this machine's monotonic clock. */
  commonMinusMonotonicUs: number;
  /** Common clock minus this process's wall clock. */
  offsetUs: number;
  /** Half the round trip: the offset is right to within this. */
  errorUs: number;
}

export async function readClock(clock: CommonClock): Promise<ClockReading> {
  let best: ClockReading | undefined;
  for (let i = 0; i < SAMPLES; i++) {
    const before = monotonicUs();
    const commonUs = await clock.nowUs();
    const after = monotonicUs();
    const errorUs = (after - before) / 2;
    if (best !== undefined && errorUs >= best.errorUs) continue;
    const middle = (before + after) / 2;
    const wallUs = (performance.timeOrigin + performance.now()) * 1000 - (after - middle);
    best = { commonMinusMonotonicUs: commonUs - middle, offsetUs: commonUs - wallUs, errorUs };
  }
  if (best === undefined) throw new RangeError("a clock reading needs at least one sample");
  return best;
}
