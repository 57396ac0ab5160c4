import { loadDurationMs } from "@onrush/shared/scenario/load.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { scenarioDurationMs, scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";
import { profileText } from "@onrush/shared/format/profileText.ts";

/** What a line of the list says about a scenario. */
export interface ScenarioFacts {
  method: string;
  /** The first URL asked for. */
  target: string;
  /** How many further requests there are, over all workloads. */
  moreSteps: number;
  profile: string;
  durationSeconds: number;
  /** True when it may end earlier, because the work is done. */
  mayEndEarly: boolean;
}

export function scenarioFacts(scenario: Scenario): ScenarioFacts {
  const workloads = scenarioWorkloads(scenario);
  const steps = workloads.flatMap((workload) => workload.steps);
  const profiles = scenario.workloads?.map((w) => w.loadProfile) ?? [scenario.loadProfile];
  const [only, ...more] = profiles;
  const [load] = workloads.map((workload) => workload.load);
  const profile =
    only !== undefined && load !== undefined && more.length === 0
      ? profileText(only, loadDurationMs(load) / 1000)
      : `${workloads.length} workloads`;
  return {
    method: steps[0]?.method ?? "",
    target: steps[0]?.url ?? "",
    moreSteps: Math.max(0, steps.length - 1),
    profile,
    durationSeconds: scenarioDurationMs(workloads) / 1000,
    mayEndEarly: workloads.some((workload) => workload.load.type === "iterations"),
  };
}
