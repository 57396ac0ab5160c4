import type { RunView } from "@onrush/shared/api/runView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { type ListedWorker, LOST_AFTER_MS } from "@onrush/shared/wire/heartbeat.ts";

/** What an autoscaler goes by. */
export interface WorkerDemand {
  /** Workers that queued and active runs ask for, also those they have not got. */
  wanted: number;
  live: number;
  /** Runs that have not ended, by state. */
  runs: Record<string, number>;
}

const noRuns = { QUEUED: 0, PREPARING: 0, RUNNING: 0, STOPPING: 0 };

/** `numWorkers` is what the scenario asks for. `nowMs` is the common clock. */
export function workerDemand(
  runs: readonly Pick<RunView, "state" | "numWorkers">[],
  workers: readonly Pick<ListedWorker, "lastSeenMs">[],
  nowMs: number,
): WorkerDemand {
  const demand: WorkerDemand = { wanted: 0, live: 0, runs: { ...noRuns } };
  for (const { state, numWorkers } of runs) {
    if (hasEnded(state)) continue;
    demand.wanted += numWorkers;
    demand.runs[state] = (demand.runs[state] ?? 0) + 1;
  }
  demand.live = workers.filter(({ lastSeenMs }) => nowMs - lastSeenMs <= LOST_AFTER_MS).length;
  return demand;
}
