import { setImmediate as turn } from "node:timers/promises";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { RunTotals } from "@onrush/shared/metrics/summary.ts";
import { faultOptions } from "../runs/runOutcome.ts";
import type { RunResults } from "../runs/runResults.ts";

/** Seconds folded before anything else gets its turn. */
const SLICE = 20;

/** Every closed second of a run, one after the other; only a piece of them is in memory. */
export async function* eachSecond({ records }: RunResults): AsyncGenerator<RunSecond> {
  let given = 0;
  for await (const piece of records()) {
    for (const record of piece) {
      yield record;
      if (++given % SLICE === 0) await turn();
    }
  }
}

/** Everything of a run merged. */
export async function foldTotals(results: RunResults): Promise<RunTotals> {
  const totals = new RunTotals(faultOptions(results.plan));
  for await (const record of eachSecond(results)) totals.add(record);
  return totals;
}

/** How long the run was loaded: until now while it goes on. */
export function loadedSeconds({ run }: RunResults): number {
  return run.summary?.durationSeconds ?? 0;
}
