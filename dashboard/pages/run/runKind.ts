import type { RunView } from "@onrush/shared/api/runView.ts";
import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";

/** What a run's figures are about. */
export interface RunKind {
  /** Some load is given as a rate: there is a plan to compare with. */
  hasRate: boolean;
  /** Some load is given as users, who begin when they are ready. */
  hasUsers: boolean;
  /** How many iterations all of the run is about; null when it lasts for its time. */
  iterations: number | null;
}

/** The scenario as the run knew it; undefined when it was edited since then. */
export function scenarioOfRun(
  run: RunView,
  scenario: StoredScenario | undefined,
): StoredScenario | undefined {
  if (scenario?.id !== run.scenarioId) return undefined;
  return Date.parse(scenario.updatedAt) <= Date.parse(run.createdAt) ? scenario : undefined;
}

/** From its scenario or, when that is gone or another by now, from what was measured. */
export function runKind(
  run: RunView,
  seconds: readonly SecondView[],
  scenario: StoredScenario | undefined,
): RunKind {
  const known = scenarioOfRun(run, scenario);
  if (known !== undefined) {
    const loads = scenarioWorkloads(known).map(({ load }) => load);
    const work = loads.flatMap((load) => (load.type === "iterations" ? [load.iterations] : []));
    const onlyWork = work.length === loads.length;
    return {
      hasRate: loads.some((load) => load.type === "arrivals"),
      hasUsers: loads.some((load) => load.type !== "arrivals"),
      iterations: onlyWork ? work.reduce((sum, count) => sum + count, 0) : null,
    };
  }
  const hasUsers = (run.summary?.vus.max ?? 0) > 0 || seconds.some(({ users }) => users > 0);
  const hasRate = !hasUsers || seconds.some(({ planned }) => planned > 0);
  return { hasRate, hasUsers, iterations: null };
}

/** Iterations that came to an end, in whatever way, or never will begin. */
export const doneIterations = ({ ledger }: Pick<RunView, "ledger">) =>
  ledger.ok + ledger.failed + ledger.neutral + ledger.interrupted + ledger.dropped + ledger.lost;
