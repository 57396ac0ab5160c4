import type { RunView } from "@onrush/shared/api/runView.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { planRun, type RunPlan } from "../planning/runPlan.ts";
import { SECONDS_PER_MINUTE } from "../results/runSeconds.ts";
import type { SecondStore } from "../results/secondStore.ts";
import { readClosed } from "./runRecord.ts";
import type { StoredRun } from "./runStore.ts";

/** Seconds in memory at a time: a busy minute is about 1 MB. */
const SECONDS_PER_READ = 5 * SECONDS_PER_MINUTE;
/** Answers and corrections come so long after the graceful stop at most. */
const AFTER_STOP_SECONDS = 60;

/** A run with everything that was measured of it. */
export interface RunResults {
  run: RunView;
  plan: RunPlan;
  /** Closed seconds, ascending, some at a time: those of a long run do not fit into memory. */
  records(): AsyncIterable<RunSecond[]>;
}

type ReadSeconds = (from: number, to: number) => Promise<RunSecond[]>;

async function* inPieces(read: ReadSeconds, last: number): AsyncGenerator<RunSecond[]> {
  for (let from = 0; from <= last; from += SECONDS_PER_READ) {
    const records = await read(from, Math.min(last, from + SECONDS_PER_READ - 1));
    if (records.length > 0) yield records;
  }
}

/** The results of a run whose closed seconds `read` tells. */
export function runResults(stored: StoredRun, run: RunView, read: ReadSeconds): RunResults {
  const plan = planRun(stored.scenario);
  const loaded = Math.max(run.plannedSeconds, run.summary?.durationSeconds ?? 0);
  const last = Math.ceil(loaded) + stored.scenario.gracefulStopSeconds + AFTER_STOP_SECONDS;
  return { run, plan, records: () => inPieces(read, last) };
}

/** The results of a run as they are stored. */
export function storedResults(stored: StoredRun, seconds: SecondStore): RunResults {
  return runResults(stored, stored.view, (from, to) => readClosed(seconds, stored.id, from, to));
}
