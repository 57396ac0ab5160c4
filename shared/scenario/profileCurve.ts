import type { RateCurve, RateSegment } from "../schedule/rateCurve.ts";
import type { Burst, LoadProfile } from "./loadProfile.ts";

const toMs = (seconds: number) => Math.round(seconds * 1000);
const toMilliRps = (rps: number) => Math.round(rps * 1000);

interface Window {
  startMs: number;
  endMs: number;
  rps: number;
}

/** Each burst with its repetitions; a repetition that begins before the end is cut at the end. */
export function burstWindows(bursts: readonly Burst[], durationMs: number): Window[] {
  return bursts
    .flatMap((burst) => {
      const windows: Window[] = [];
      const everyMs = burst.repeatEverySeconds ? toMs(burst.repeatEverySeconds) : Infinity;
      for (let at = toMs(burst.startSecond); at < durationMs; at += everyMs) {
        const endMs = Math.min(durationMs, at + toMs(burst.durationSeconds));
        windows.push({ startMs: at, endMs, rps: burst.rps });
      }
      return windows;
    })
    .sort((a, b) => a.startMs - b.startMs);
}

/** The base rate with windows during which another rate replaces it. */
function withWindows(baseRps: number, windows: readonly Window[], durationMs: number) {
  const segments: RateSegment[] = [];
  const flat = (startMs: number, endMs: number, rps: number) => {
    const milliRps = toMilliRps(rps);
    if (endMs > startMs) {
      segments.push({ startMs, endMs, fromMilliRps: milliRps, toMilliRps: milliRps });
    }
  };
  let at = 0;
  for (const window of windows) {
    flat(at, window.startMs, baseRps);
    flat(window.startMs, window.endMs, window.rps);
    at = window.endMs;
  }
  flat(at, durationMs, baseRps);
  return segments;
}

function stagesCurve(
  initial: number,
  stages: readonly { durationSeconds: number; target: number }[],
): RateCurve {
  const segments: RateSegment[] = [];
  let startMs = 0;
  let fromMilliRps = toMilliRps(initial);
  for (const stage of stages) {
    const endMs = startMs + toMs(stage.durationSeconds);
    const target = toMilliRps(stage.target);
    if (endMs > startMs) segments.push({ startMs, endMs, fromMilliRps, toMilliRps: target });
    startMs = endMs;
    fromMilliRps = target;
  }
  return { durationMs: startMs, segments };
}

/** Profiles that follow a curve: of a rate, or of a number of users. */
export type CurveProfile = Exclude<LoadProfile, { type: "ITERATIONS" }>;

/**
 * The curve of a load profile: arrivals per second or, for VUS and VU_STAGES, users. `seconds` is
 * ignored by profiles whose stages define the length.
 */
export function profileCurve(profile: CurveProfile, seconds: number): RateCurve {
  const durationMs = toMs(seconds);
  const flat = (level: number) => ({ durationMs, segments: withWindows(level, [], durationMs) });
  switch (profile.type) {
    case "CONSTANT":
      return flat(profile.initialRps);
    case "VUS":
      return flat(profile.vus);
    case "DEVICES":
      return flat(profile.devices * profile.messagesPerSecond);
    case "RAMP": {
      const rampMs = Math.min(durationMs, toMs(profile.rampUpSeconds));
      const fromMilliRps = toMilliRps(profile.initialRps);
      const target = toMilliRps(profile.targetRps);
      const segments: RateSegment[] = [
        { startMs: 0, endMs: rampMs, fromMilliRps, toMilliRps: target },
        { startMs: rampMs, endMs: durationMs, fromMilliRps: target, toMilliRps: target },
      ];
      return { durationMs, segments: segments.filter((s) => s.endMs > s.startMs) };
    }
    case "BURST": {
      const windows = burstWindows(profile.bursts, durationMs);
      return { durationMs, segments: withWindows(profile.initialRps, windows, durationMs) };
    }
    case "SPIKE": {
      const startMs = toMs(profile.spikeStartSecond);
      const endMs = Math.min(durationMs, startMs + toMs(profile.spikeDurationSeconds));
      const spike = { startMs, endMs, rps: profile.spikeRps };
      return { durationMs, segments: withWindows(profile.initialRps, [spike], durationMs) };
    }
    case "STAGES":
      return stagesCurve(
        profile.initialRps,
        profile.stages.map(({ durationSeconds, targetRps: target }) => ({
          durationSeconds,
          target,
        })),
      );
    case "VU_STAGES":
      return stagesCurve(
        profile.initialVus,
        profile.stages.map(({ durationSeconds, targetVus: target }) => ({
          durationSeconds,
          target,
        })),
      );
  }
}
