import type { RunView } from "@onrush/shared/api/runView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { formatCount, formatDuration } from "@onrush/shared/format/numbers.ts";
import type { Progress } from "./progress.ts";

/** How far a run is, in words: what counts first, then the rest. */
export function progressText(run: RunView, progress: Progress): { main: string; rest: string } {
  const { iterations, elapsedSeconds } = progress;
  const ended = hasEnded(run.state);
  const elapsed = formatDuration(ended ? Number(elapsedSeconds.toFixed(1)) : elapsedSeconds);
  const workers = `${run.numWorkers} ${run.numWorkers === 1 ? "worker" : "workers"}`;
  if (iterations === null) {
    const planned = formatDuration(run.plannedSeconds);
    return { main: elapsed, rest: `of ${planned} planned · ${workers}` };
  }
  const limit = ended ? "" : `, at most ${formatDuration(run.plannedSeconds)}`;
  return {
    main: formatCount(iterations.done),
    rest: `of ${formatCount(iterations.of)} iterations · ${elapsed}${limit} · ${workers}`,
  };
}
