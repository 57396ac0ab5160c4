import type { Schedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { makeSchedule } from "@onrush/shared/schedule/makeSchedule.ts";
import { hash32 } from "@onrush/shared/random/hashRandom.ts";
import type { Ownership } from "@onrush/shared/schedule/ownership.ts";
import { dataSetsOf } from "@onrush/shared/scenario/dataUse.ts";
import { namedFiles } from "@onrush/shared/scenario/fileUse.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import {
  type PlainWorkload,
  scenarioDurationMs,
  scenarioWorkloads,
  scriptWorkload,
} from "@onrush/shared/scenario/workloads.ts";
import { type ScriptKind, scriptKinds } from "@onrush/shared/wire/script.ts";
import type { Task } from "@onrush/shared/wire/task.ts";

/** A workload with its exact schedule; null when its users decide when they begin. */
export interface PlannedWorkload extends PlainWorkload {
  schedule: Schedule | null;
  seed: number;
}

/** The exact schedule of a run; its division is made when the workers are known. */
export interface RunPlan {
  scenario: Scenario;
  workloads: readonly PlannedWorkload[];
  /** What is done once, before and after the load. */
  scripts: Partial<Record<ScriptKind, PlannedWorkload>>;
  /** Until the load has ended at the latest. */
  durationMs: number;
  /** Until it can end at the earliest: iterations may be done before their time is up. */
  minDurationMs: number;
}

function planWorkload(workload: PlainWorkload, seed: number): PlannedWorkload {
  const { load } = workload;
  const schedule = load.type === "arrivals" ? makeSchedule(load.curve, load.arrival, seed) : null;
  return { ...workload, schedule, seed };
}

/** Beyond the numbers of workloads: what is drawn for a script is nobody else's. */
const SCRIPT_SEEDS_FROM = 1_000_000;

function planScripts(scenario: Scenario): RunPlan["scripts"] {
  const planned = scriptKinds.flatMap((kind, i) => {
    const workload = scriptWorkload(scenario, kind);
    const seed = hash32(scenario.seed, SCRIPT_SEEDS_FROM + i, 0);
    return workload === undefined ? [] : [[kind, planWorkload(workload, seed)] as const];
  });
  return Object.fromEntries(planned);
}

export function planRun(scenario: Scenario): RunPlan {
  const plain = scenarioWorkloads(scenario);
  return {
    scenario,
    workloads: plain.map((workload, w) => planWorkload(workload, hash32(scenario.seed, w, 0))),
    scripts: planScripts(scenario),
    durationMs: scenarioDurationMs(plain),
    minDurationMs: scenarioDurationMs(plain.filter(({ load }) => load.type !== "iterations")),
  };
}

/** The data sets that a workload's steps use. */
export function dataOf({ data = {} }: Scenario, workload: PlainWorkload): Task["data"] {
  const used = dataSetsOf(workload);
  return Object.fromEntries(Object.entries(data).filter(([name]) => used.has(name)));
}

/** The files that a workload's data sets and requests name. */
export function filesOf(scenario: Scenario, workload: PlainWorkload): Task["files"] {
  const { files = {} } = scenario;
  const named = namedFiles({ data: dataOf(scenario, workload), steps: workload.steps });
  const used = new Set(named.map(({ name }) => name));
  return Object.fromEntries(Object.entries(files).filter(([name]) => used.has(name)));
}

/** Arrivals of a workload that are due in second `second` of the run. */
export function plannedIn(workload: PlannedWorkload, second: number): number {
  if (workload.schedule === null) return 0;
  const fromUs = second * 1e6 - workload.startMs * 1000;
  return workload.schedule.countBefore(fromUs + 1e6) - workload.schedule.countBefore(fromUs);
}

/** Arrivals of all workloads that are due in second `second` of the run. */
export function plannedOf({ workloads }: RunPlan, second: number): number {
  return workloads.reduce((sum, workload) => sum + plannedIn(workload, second), 0);
}

/** Arrivals of a share that are due from `fromUs` to before `toUs` of the run. */
export function shareDueBetween(
  workload: PlannedWorkload,
  ownership: Ownership,
  fromUs: number,
  toUs: number,
): number {
  const offsetUs = workload.startMs * 1000;
  const { schedule } = workload;
  if (schedule === null) return 0;
  const before = (us: number) => ownership.ownedBelow(schedule.countBefore(us - offsetUs));
  return Math.max(0, before(toUs) - before(fromUs));
}
