import type { LoadProfile } from "./loadProfile.ts";
import { profileCurve } from "./profileCurve.ts";

/** A piece of a load profile, from the start of its workload. */
export interface Stage {
  startMs: number;
  endMs: number;
}

function oneAfterTheOther(lengthsSeconds: readonly number[]): Stage[] {
  let startMs = 0;
  return lengthsSeconds.map((seconds) => {
    const stage = { startMs, endMs: startMs + Math.round(seconds * 1000) };
    startMs = stage.endMs;
    return stage;
  });
}

/**
 * The stages of a load profile: those it is written with, or the straight pieces of its curve (a
 * ramp and its hold, what is before, in and after a burst). `seconds` is how long it lasts, where
 * it does not say so itself.
 */
export function profileStages(profile: LoadProfile, seconds: number): Stage[] {
  switch (profile.type) {
    case "STAGES":
    case "VU_STAGES":
      return oneAfterTheOther(profile.stages.map(({ durationSeconds }) => durationSeconds));
    case "ITERATIONS":
      return oneAfterTheOther([profile.maxDurationSeconds]);
    case "CONSTANT":
    case "RAMP":
    case "BURST":
    case "SPIKE":
    case "VUS":
    case "DEVICES":
      return profileCurve(profile, seconds).segments.map(({ startMs, endMs }) => ({
        startMs,
        endMs,
      }));
  }
}

/** A second belongs to the stage in which it begins. Both ends are included. */
export function stageSeconds(workloadStartMs: number, { startMs, endMs }: Stage) {
  return {
    fromSecond: Math.ceil((workloadStartMs + startMs) / 1000),
    toSecond: Math.ceil((workloadStartMs + endMs) / 1000) - 1,
  };
}
