import type { RateCurve } from "../schedule/rateCurve.ts";
import type { LoadProfile } from "./loadProfile.ts";
import type { arrivals } from "./pacing.ts";
import { profileCurve } from "./profileCurve.ts";

/** A load profile in the terms of what has to be done: three ways to begin iterations. */
export type Load =
  /** Each arrival of a schedule, whatever became of the ones before. */
  | {
      type: "arrivals";
      curve: RateCurve;
      arrival: (typeof arrivals)[number];
      /** Arrival k belongs to device k mod devices; 0 when each is a fresh user. */
      devices: number;
    }
  /** A number of users over time (the curve is in thousandths of a user), each one at a time. */
  | { type: "users"; curve: RateCurve; paceMs: number }
  /** A number of iterations that users work off. */
  | { type: "iterations"; iterations: number; concurrency: number; maxDurationMs: number };

const toMs = (seconds: number) => Math.round(seconds * 1000);

export function profileLoad(
  profile: LoadProfile,
  seconds: number,
  arrival: (typeof arrivals)[number],
): Load {
  switch (profile.type) {
    case "VUS":
    case "VU_STAGES": {
      const paceMs = toMs(profile.paceSeconds ?? 0);
      return { type: "users", curve: profileCurve(profile, seconds), paceMs };
    }
    case "ITERATIONS": {
      const { iterations, concurrency, maxDurationSeconds } = profile;
      return {
        type: "iterations",
        iterations,
        concurrency,
        maxDurationMs: toMs(maxDurationSeconds),
      };
    }
    case "DEVICES": {
      const curve = profileCurve(profile, seconds);
      return { type: "arrivals", curve, arrival, devices: profile.devices };
    }
    case "CONSTANT":
    case "RAMP":
    case "BURST":
    case "SPIKE":
    case "STAGES":
      return { type: "arrivals", curve: profileCurve(profile, seconds), arrival, devices: 0 };
  }
}

/** How long the load lasts at most. */
export function loadDurationMs(load: Load): number {
  return load.type === "iterations" ? load.maxDurationMs : load.curve.durationMs;
}
