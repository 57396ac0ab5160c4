import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";

export interface Progress {
  elapsedSeconds: number;
  /** Part of the planned time, 0 to 1. */
  share: number;
}

/**
 * How far a run is, read from its data and not from this browser's clock, which may differ from
 * the controller's.
 */
export function runProgress(run: RunView, seconds: readonly SecondView[]): Progress {
  const { state, startedAt, endedAt, plannedSeconds } = run;
  const seen = (seconds.at(-1)?.second ?? -1) + 1;
  let elapsedSeconds = Math.min(seen, plannedSeconds);
  if (hasEnded(state) && startedAt !== null && endedAt !== null) {
    elapsedSeconds = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  }
  const share = plannedSeconds > 0 ? Math.min(1, elapsedSeconds / plannedSeconds) : 0;
  return { elapsedSeconds, share: state === "COMPLETED" || state === "STOPPING" ? 1 : share };
}
