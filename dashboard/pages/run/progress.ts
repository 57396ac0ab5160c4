import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { doneIterations } from "./runKind.ts";

export interface Progress {
  elapsedSeconds: number;
  /** Part of the planned time or, where work is planned, of the work; 0 to 1. */
  share: number;
  /** How much of the work is done; null when the run lasts for its time. */
  iterations: { done: number; of: number } | null;
}

/**
 * How far a run is, read from its data and not from this browser's clock, which may differ from
 * the controller's. `planned` is how many iterations all of it is about, if it is about work.
 */
export function runProgress(
  run: RunView,
  seconds: readonly SecondView[],
  planned: number | null,
): Progress {
  const { state, startedAt, endedAt, plannedSeconds } = run;
  const seen = (seconds.at(-1)?.second ?? -1) + 1;
  let elapsedSeconds = Math.min(seen, plannedSeconds);
  if (hasEnded(state) && startedAt !== null && endedAt !== null) {
    elapsedSeconds = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  }
  const iterations = planned === null ? null : { done: doneIterations(run), of: planned };
  const [part, whole] =
    iterations === null ? [elapsedSeconds, plannedSeconds] : [iterations.done, iterations.of];
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  const isOver = state === "COMPLETED" || (state === "STOPPING" && iterations === null);
  return { elapsedSeconds, share: isOver ? 1 : share, iterations };
}
