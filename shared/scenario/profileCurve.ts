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

function stagesCurve(profile: Extract<LoadProfile, { type: "STAGES" }>): RateCurve {
  const segments: RateSegment[] = [];
  let startMs = 0;
  let fromMilliRps = toMilliRps(profile.initialRps);
  for (const stage of profile.stages) {
    const endMs = startMs + toMs(stage.durationSeconds);
    const target = toMilliRps(stage.targetRps);
    if (endMs > startMs) segments.push({ startMs, endMs, fromMilliRps, toMilliRps: target });
    startMs = endMs;
    fromMilliRps = target;
  }
  return { durationMs: startMs, segments };
}

/**
 * The rate curve of a load profile. `durationSeconds` is ignored by profiles whose stages define
 * the length.
 */
export function profileCurve(profile: LoadProfile, durationSeconds: number): RateCurve {
  const durationMs = toMs(durationSeconds);
  const base = profile.initialRps;
  switch (profile.type) {
    case "CONSTANT":
      return { durationMs, segments: withWindows(base, [], durationMs) };
    case "RAMP": {
      const rampMs = Math.min(durationMs, toMs(profile.rampUpSeconds));
      const fromMilliRps = toMilliRps(base);
      const target = toMilliRps(profile.targetRps);
      const segments: RateSegment[] = [
        { startMs: 0, endMs: rampMs, fromMilliRps, toMilliRps: target },
        { startMs: rampMs, endMs: durationMs, fromMilliRps: target, toMilliRps: target },
      ];
      return { durationMs, segments: segments.filter((s) => s.endMs > s.startMs) };
    }
    case "BURST": {
      const windows = burstWindows(profile.bursts, durationMs);
      return { durationMs, segments: withWindows(base, windows, durationMs) };
    }
    case "SPIKE": {
      const startMs = toMs(profile.spikeStartSecond);
      const endMs = Math.min(durationMs, startMs + toMs(profile.spikeDurationSeconds));
      const spike = { startMs, endMs, rps: profile.spikeRps };
      return { durationMs, segments: withWindows(base, [spike], durationMs) };
    }
    case "STAGES":
      return stagesCurve(profile);
  }
}
