import {
  Ownership,
  type OwnershipLevel,
  reduceWeights,
  type Weights,
} from "@onrush/shared/schedule/ownership.ts";
import { peakUsers } from "@onrush/shared/schedule/userTimeline.ts";
import { lostPart } from "@onrush/shared/run/lostPart.ts";
import { isShareOver, type RunState, type ShareState } from "@onrush/shared/run/runMessages.ts";
import type { Load } from "@onrush/shared/scenario/load.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { ScriptKind } from "@onrush/shared/wire/script.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { divideShares } from "./divideShares.ts";
import { dataOf, filesOf, type PlannedWorkload, type RunPlan, shareDueBetween } from "./runPlan.ts";

/** Which arrivals of a run are whose, as pure functions of its plan and the state of a share. */

/** Above any number of iterations that one user begins. */
const ROUNDS_PER_TAKE_OVER = 1_000_000;

/** What only its worker, or its loss, can tell. */
type Reported = Required<
  Omit<
    ShareState,
    "share" | "workload" | "workerId" | "epoch" | "planned" | "ownership" | "fromMs" | "firstRound"
  >
>;
const unreported: Reported = {
  ...{ phase: "assigned", seq: 0, watermark: -1, totals: null, gaps: 0, startLateUs: null },
  ...{ clockOffsetUs: null, clockErrorUs: null, handbackMs: null, cutMs: null, loss: null },
  handedBack: null,
};

/** Every workload in equal shares, one per worker; share `w/k` goes to worker k. */
export function placeShares(plan: RunPlan, workerIds: readonly string[], epoch = 1): ShareState[] {
  return plan.workloads.flatMap((workload, w) =>
    workerIds.map((workerId, k): ShareState => {
      const ownership = [{ offset: 0, weights: workerIds.length, index: k }];
      const planned = plannedOf(workload, ownership);
      const place = { share: `${w}/${k}`, workload: w, workerId, epoch, planned, ownership };
      return { ...unreported, ...place, fromMs: 0, firstRound: 0 };
    }),
  );
}

/** The same share on another worker, where it has not begun. */
export function replaced(share: ShareState, workerId: string): ShareState {
  return { ...share, ...unreported, workerId, epoch: share.epoch + 1 };
}

/**
 * What a share leaves from `cutMs` on (from the start of the run), divided among workers, equally or
 * by weights.
 */
export function heirsOf(
  plan: RunPlan,
  share: ShareState,
  cutMs: number,
  workerIds: readonly string[],
  weights: Weights = workerIds.length,
): ShareState[] {
  const workload = workloadOf(plan, share);
  const offset = ownedBefore(workload, share, cutMs);
  const heirs = workerIds.map((workerId, index): ShareState => {
    const level: OwnershipLevel = { offset, weights, index };
    const ownership = [...share.ownership, level];
    const planned = plannedOf(workload, ownership);
    return {
      ...unreported,
      ...{ share: `${share.share}/${index}`, workload: share.workload, workerId, epoch: 1 },
      ...{ planned, ownership, fromMs: cutMs },
      // Everything due before its beginning was somebody else's.
      watermark: Math.floor(cutMs / 1000) - 1,
      firstRound: share.firstRound + ROUNDS_PER_TAKE_OVER,
    };
  });
  // Who gets nothing of an open load need not hear of it; users may come later.
  const some = workload.schedule === null ? heirs : heirs.filter(({ planned }) => planned > 0);
  return some.length > 0 ? some : heirs.slice(0, 1);
}

/** In how many parts the parts of a share are counted when they are not equal. */
const WEIGHTS_SUM = 1_000;

/**
 * Who of these workers takes over what lost shares leave from `fromMs` on: of each workload all
 * carry the same afterwards, in few parts.
 */
export function takersOf(
  plan: RunPlan,
  state: Pick<RunState, "shares">,
  lost: readonly ShareState[],
  workerIds: readonly string[],
  fromMs: number,
): Map<ShareState, { workerIds: string[]; weights: Weights }> {
  const takers = new Map<ShareState, { workerIds: string[]; weights: Weights }>();
  for (const [workload, shares] of Map.groupBy(lost, (share) => share.workload)) {
    // What was handed back ends by itself.
    const others = state.shares.filter(
      (share) =>
        share.workload === workload &&
        !isShareOver(share) &&
        share.handbackMs === null &&
        !lost.includes(share),
    );
    const carriedBy = (workerId: string) =>
      others
        .filter((share) => share.workerId === workerId)
        .reduce((sum, share) => sum + loadFrom(plan, share, fromMs), 0);
    const loads = shares.map((share) => loadFrom(plan, share, fromMs));
    const parts = divideShares(loads, workerIds.map(carriedBy));
    shares.forEach((share, i) => takers.set(share, weighted(workerIds, parts[i] ?? [])));
  }
  return takers;
}

/** Whoever gets a part, with integers for weights. Of nothing the first gets all. */
function weighted(
  workerIds: readonly string[],
  parts: readonly number[],
): { workerIds: string[]; weights: Weights } {
  const sum = parts.reduce((total, part) => total + part, 0);
  const taking = workerIds.flatMap((workerId, k) => {
    const part = parts[k] ?? 0;
    const weight = Math.max(1, Math.round((part / sum) * WEIGHTS_SUM));
    return part > 0 ? [{ workerId, weight }] : [];
  });
  if (taking.length === 0) return { workerIds: workerIds.slice(0, 1), weights: 1 };
  const weights = taking.map(({ weight }) => weight);
  const areEqual = weights.every((weight) => weight === weights[0]);
  return {
    workerIds: taking.map(({ workerId }) => workerId),
    weights: areEqual ? weights.length : reduceWeights(weights),
  };
}

/** Arrivals that a share has left from an instant on; of users and iterations, how many at once. */
function loadFrom(plan: RunPlan, share: ShareState, fromMs: number): number {
  const workload = workloadOf(plan, share);
  const { load, schedule } = workload;
  if (schedule !== null) return share.planned - ownedBefore(workload, share, fromMs);
  if (load.type === "iterations") return ownershipOf(share).ownedBelow(load.concurrency);
  return usersOf(plan, share);
}

/** Arrivals that are owned in all; 0 of users. */
function plannedOf({ schedule }: PlannedWorkload, ownership: readonly OwnershipLevel[]): number {
  return ownershipOf({ ownership }).ownedBelow(schedule?.total ?? 0);
}

/** Of the share's own arrivals the number due before an instant; users are not due, and are 0. */
function ownedBefore(workload: PlannedWorkload, share: ShareState, atMs: number): number {
  const { schedule, startMs } = workload;
  if (schedule === null) return 0;
  return ownershipOf(share).ownedBelow(schedule.countBefore((atMs - startMs) * 1000));
}

/** Its arrivals that are left to it when others take over at `cutMs`. */
export function plannedUntil(plan: RunPlan, share: ShareState, cutMs: number): number {
  return ownedBefore(workloadOf(plan, share), share, share.handbackMs ?? cutMs);
}

type Variables = NonNullable<Task["constants"]>;

export function taskOf(
  plan: RunPlan,
  runId: string,
  token: number,
  share: ShareState,
  constants: Variables = {},
): Task {
  return workloadTask(plan.scenario, workloadOf(plan, share), { runId, token }, share, constants);
}

/** Setup or teardown: one user, one iteration, nothing of anybody else's. */
export function scriptTask(
  plan: RunPlan,
  run: Pick<Task, "runId" | "token">,
  script: { kind: ScriptKind; attempt: number },
  constants: Variables,
): Task {
  const { kind, attempt: epoch } = script;
  const workload = plan.scripts[kind];
  if (workload === undefined) throw new RangeError(`the scenario has no ${kind}`);
  const ownership = [{ offset: 0, weights: 1, index: 0 }];
  const place = { share: kind, epoch, ownership, fromMs: 0, firstRound: 0 };
  return { ...workloadTask(plan.scenario, workload, run, place, constants), script: kind };
}

function workloadTask(
  scenario: Scenario,
  workload: PlannedWorkload,
  { runId, token }: Pick<Task, "runId" | "token">,
  share: Pick<ShareState, "share" | "epoch" | "ownership" | "fromMs" | "firstRound">,
  constants: Variables,
): Task {
  return {
    ...{ runId, share: share.share, epoch: share.epoch, token },
    ...(Object.keys(constants).length === 0 ? {} : { constants }),
    startMs: workload.startMs,
    load: taskLoad(workload.load),
    ownership: share.ownership.map((level) => ({ ...level })),
    ...{ fromMs: share.fromMs, firstRound: share.firstRound },
    steps: [...workload.flow],
    defaults: workload.defaults,
    ...(workload.cookies ? { cookies: true } : {}),
    ...(workload.onError === undefined ? {} : { onError: workload.onError }),
    seed: workload.seed,
    data: dataOf(scenario, workload),
    dataSeed: scenario.seed,
    files: filesOf(scenario, workload),
    thinkTime: workload.thinkTime,
    overload: workload.overload,
    pacing: scenario.pacing,
    connections: connectionsOf(workload, share),
    maxInFlight: scenario.maxInFlight,
    transport: scenario.transport,
    http: workload.http,
    requestTimeoutMs: Math.round(scenario.timeouts.requestSeconds * 1000),
    rejectUnauthorized: scenario.tls.rejectUnauthorized,
    gracefulStopMs: Math.round(scenario.gracefulStopSeconds * 1000),
  };
}

/** Heirs have what the share had, divided; each needs at least one. */
function connectionsOf({ connections }: PlannedWorkload, share: Pick<ShareState, "ownership">) {
  if (typeof connections !== "number") return connections;
  return share.ownership
    .slice(1)
    .reduce(
      (left, { weights, index }) =>
        Math.max(1, new Ownership([{ offset: 0, weights, index }]).ownedBelow(left)),
      connections,
    );
}

function taskLoad(load: Load): Task["load"] {
  if (load.type === "iterations") return load;
  return { ...load, curve: { ...load.curve, segments: [...load.curve.segments] } };
}

/** A share's arrivals due from `fromUs` to before `toUs` of the run, whoever begins them. */
export function dueBetween(plan: RunPlan, share: ShareState, fromUs: number, toUs: number): number {
  return shareDueBetween(workloadOf(plan, share), ownershipOf(share), fromUs, toUs);
}

/**
 * When the arrival of a share is due that has `skipped` of its arrivals between `fromUs` and itself;
 * the end of the workload when it has no more. Microseconds of the run.
 */
export function dueOfNext(
  plan: RunPlan,
  share: ShareState,
  fromUs: number,
  skipped: number,
): number {
  const { schedule, startMs } = workloadOf(plan, share);
  if (schedule === null) throw new RangeError("users are not due");
  const ownership = ownershipOf(share);
  const startUs = startMs * 1000;
  const local = ownership.ownedBelow(schedule.countBefore(fromUs - startUs)) + skipped;
  const isLast = local >= ownership.ownedBelow(schedule.total);
  return startUs + (isLast ? schedule.durationUs : schedule.dueUs(ownership.arrival(local)));
}

/** Its arrivals due in a second that nobody begins. `endUs` is where the load ends. */
export function lostIn(plan: RunPlan, share: ShareState, second: number, endUs: number): number {
  const lost = lostBetween(plan, share, second * 1e6, Math.min((second + 1) * 1e6, endUs));
  const { loss, watermark } = share;
  // Iterations have no due time: what was claimed and not reported counts where reports end.
  return lost + (loss !== null && second === Math.max(0, watermark) ? loss.unreported : 0);
}

/** As `lostIn`, of any stretch and of arrivals only. */
export function lostBetween(
  plan: RunPlan,
  share: ShareState,
  fromUs: number,
  toUs: number,
): number {
  const part = lostPart(share);
  if (part === undefined) return 0;
  return dueBetween(plan, share, Math.max(part.fromUs, fromUs), Math.min(part.toUs, toUs));
}

/** Virtual users of a share at its workload's peak. */
export function usersOf(plan: RunPlan, share: ShareState): number {
  const { load } = workloadOf(plan, share);
  return load.type === "users" ? ownershipOf(share).ownedBelow(peakUsers(load.curve)) : 0;
}

function workloadOf(plan: RunPlan, { share, workload }: ShareState): PlannedWorkload {
  const known = plan.workloads[workload];
  if (known === undefined) throw new RangeError(`share ${share} has no workload`);
  return known;
}

const ownerships = new WeakMap<readonly OwnershipLevel[], Ownership>();

/** States are copied with every change, their levels are not: the pattern is made once. */
function ownershipOf({ ownership }: Pick<ShareState, "ownership">): Ownership {
  let known = ownerships.get(ownership);
  if (known === undefined) {
    known = new Ownership(ownership);
    ownerships.set(ownership, known);
  }
  return known;
}
