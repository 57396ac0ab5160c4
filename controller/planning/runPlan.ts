import { ArrivalSchedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { hash32 } from "@onrush/shared/random/hashRandom.ts";
import { Ownership, type OwnershipLevel } from "@onrush/shared/schedule/ownership.ts";
import { dataSetsOf } from "@onrush/shared/scenario/dataUse.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import {
  type PlainWorkload,
  scenarioDurationMs,
  scenarioWorkloads,
} from "@onrush/shared/scenario/workloads.ts";
import type { Task } from "@onrush/shared/wire/task.ts";

/** A workload with its exact schedule. */
export interface PlannedWorkload extends PlainWorkload {
  schedule: ArrivalSchedule;
}

/** The exact schedule of a run; its division is made when the workers are known. */
export interface RunPlan {
  scenario: Scenario;
  workloads: readonly PlannedWorkload[];
  durationMs: number;
}

export interface PlannedShare {
  workerId: string;
  workload: number;
  ownership: Ownership;
  planned: number;
  task: Task;
}

export function planRun(scenario: Scenario): RunPlan {
  const plain = scenarioWorkloads(scenario);
  const workloads = plain.map((w) => ({ ...w, schedule: new ArrivalSchedule(w.curve) }));
  return { scenario, workloads, durationMs: scenarioDurationMs(plain) };
}

/** The data sets that a workload's steps use. */
function dataOf({ data = {} }: Scenario, { steps }: PlainWorkload): Task["data"] {
  const used = dataSetsOf(steps);
  return Object.fromEntries(Object.entries(data).filter(([name]) => used.has(name)));
}

/** Divides every workload into equal shares, one per worker; share `w/k` goes to worker k. */
export function divide(
  plan: RunPlan,
  runId: string,
  token: number,
  workerIds: readonly string[],
): PlannedShare[] {
  const { scenario } = plan;
  return plan.workloads.flatMap((workload, w) =>
    workerIds.map((workerId, k) => {
      const levels: OwnershipLevel[] = [{ offset: 0, weights: workerIds.length, index: k }];
      const ownership = new Ownership(levels);
      const task: Task = {
        runId,
        share: `${w}/${k}`,
        epoch: 1,
        token,
        startMs: workload.startMs,
        curve: { ...workload.curve, segments: [...workload.curve.segments] },
        ownership: levels,
        steps: [...workload.steps],
        seed: hash32(scenario.seed, w, 0),
        data: dataOf(scenario, workload),
        dataSeed: scenario.seed,
        maxInFlight: scenario.maxInFlight,
        transport: scenario.transport,
        requestTimeoutMs: Math.round(scenario.timeouts.requestSeconds * 1000),
        rejectUnauthorized: scenario.tls.rejectUnauthorized,
        gracefulStopMs: Math.round(scenario.gracefulStopSeconds * 1000),
      };
      const planned = ownership.ownedBelow(workload.schedule.total);
      return { workerId, workload: w, ownership, planned, task };
    }),
  );
}

/** Arrivals of a workload that are due in second `second` of the run. */
export function plannedIn(workload: PlannedWorkload, second: number): number {
  const fromUs = second * 1e6 - workload.startMs * 1000;
  return workload.schedule.countBefore(fromUs + 1e6) - workload.schedule.countBefore(fromUs);
}

/** Arrivals of a share that are due from `fromUs` to before `toUs` of the run. */
export function shareDueBetween(
  workload: PlannedWorkload,
  ownership: Ownership,
  fromUs: number,
  toUs: number,
): number {
  const offsetUs = workload.startMs * 1000;
  const before = (us: number) => ownership.ownedBelow(workload.schedule.countBefore(us - offsetUs));
  return Math.max(0, before(toUs) - before(fromUs));
}
