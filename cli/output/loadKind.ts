import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";

/** What the progress of a run is told by. */
export interface LoadKind {
  /** Some load is given as a rate: there is a plan to compare with. */
  hasRate: boolean;
  /** Some load is given as users, who begin when they are ready. */
  hasUsers: boolean;
  /** How many iterations all of the run is about; null when it lasts for its time. */
  iterations: number | null;
}

export function loadKind(scenario: Scenario): LoadKind {
  const loads = scenarioWorkloads(scenario).map(({ load }) => load);
  const work = loads.flatMap((load) => (load.type === "iterations" ? [load.iterations] : []));
  return {
    hasRate: loads.some((load) => load.type === "arrivals"),
    hasUsers: loads.some((load) => load.type !== "arrivals"),
    iterations: work.length === loads.length ? work.reduce((sum, n) => sum + n, 0) : null,
  };
}
