import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { scenarioDurationMs, scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";

/** What a line of the list says about a scenario. */
export interface ScenarioFacts {
  method: string;
  /** The first URL asked for. */
  target: string;
  /** How many further requests there are, over all workloads. */
  moreSteps: number;
  profile: string;
  durationSeconds: number;
}

export function scenarioFacts(scenario: Scenario): ScenarioFacts {
  const workloads = scenarioWorkloads(scenario);
  const steps = workloads.flatMap((workload) => workload.steps);
  const types = scenario.workloads?.map((w) => w.loadProfile.type) ?? [scenario.loadProfile?.type];
  const distinct = [...new Set(types.filter((type) => type !== undefined))];
  return {
    method: steps[0]?.method ?? "",
    target: steps[0]?.url ?? "",
    moreSteps: Math.max(0, steps.length - 1),
    profile: distinct.length === 1 ? (distinct[0] ?? "") : `${workloads.length} workloads`,
    durationSeconds: scenarioDurationMs(workloads) / 1000,
  };
}
