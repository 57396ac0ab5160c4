import type { RunView } from "@onrush/shared/api/runView.ts";

/** The newest run of each scenario, from a list that is newest first. */
export function latestRuns(runs: readonly RunView[]): ReadonlyMap<string, RunView> {
  const latest = new Map<string, RunView>();
  for (const run of runs) if (!latest.has(run.scenarioId)) latest.set(run.scenarioId, run);
  return latest;
}
