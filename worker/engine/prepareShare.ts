import { makeSchedule } from "@onrush/shared/schedule/makeSchedule.ts";
import { Ownership, split } from "@onrush/shared/schedule/ownership.ts";
import { peakRate } from "@onrush/shared/schedule/rateCurve.ts";
import { peakUsers, UserTimeline } from "@onrush/shared/schedule/userTimeline.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { ArrivalCursor } from "../pacing/arrivalCursor.ts";
import type { PoolLimits } from "../protocols/connectionPool.ts";
import { compileSteps } from "../steps/compileSteps.ts";
import type { ToEngine } from "./engineMessages.ts";
import type { Iterations } from "./iterations.ts";
import { monotonicUs } from "./monotonicClock.ts";
import type { Program } from "./operation.ts";
import { ShareRunner } from "./shareRunner.ts";
import { ArrivalSource } from "./sources/arrivalSource.ts";
import { IterationSource } from "./sources/iterationSource.ts";
import type { LoadSource } from "./sources/loadSource.ts";
import { UserSource } from "./sources/userSource.ts";

/** Connections opened ahead: enough for answers that take this long, within reason. */
const WARM_ANSWER_SECONDS = 0.01;
const MAX_WARM_CONNECTIONS = 64;

export interface PreparedShare {
  task: Task;
  program: Program;
  runner: ShareRunner;
  lease: BigInt64Array;
  clock: { originUs: number };
  warmConnections: number;
  /** Resolves when there is something to begin with. */
  claimed: Promise<void>;
  granted(first: number, count: number, nowUs: number): void;
  started: boolean;
  /** A failure of the run was reported. */
  failed: boolean;
}

type Claim = (request: number, want: number) => void;

/** One thread's part of a share. */
interface Part {
  task: Task;
  ownership: Ownership;
  /** Users of our own at the peak. */
  users: number;
  claim: (want: number) => void;
  onIterationSource: (source: IterationSource) => void;
}

function makeSource(part: Part, iterations: Iterations): LoadSource {
  const { task, ownership } = part;
  const { load, seed } = task;
  const startUs = task.startMs * 1000;
  switch (load.type) {
    case "arrivals": {
      const schedule = makeSchedule(load.curve, load.arrival, seed);
      const cursor = new ArrivalCursor(schedule, ownership, startUs);
      const endUs = startUs + schedule.durationUs;
      const { devices } = load;
      return new ArrivalSource({ cursor, endUs, overload: task.overload, devices }, iterations);
    }
    case "users": {
      const timeline = new UserTimeline(load.curve, ownership, startUs);
      const endUs = startUs + load.curve.durationMs * 1000;
      const users = peakUsers(load.curve);
      return new UserSource({ timeline, users, paceUs: load.paceMs * 1000, endUs }, iterations);
    }
    case "iterations": {
      const source = new IterationSource(
        {
          ...{ users: part.users, startUs, endUs: startUs + load.maxDurationMs * 1000 },
          userOf: (local) => ownership.arrival(local),
          claim: part.claim,
        },
        iterations,
      );
      part.onIterationSource(source);
      return source;
    }
  }
}

/** Users of the workload at its peak; 0 for arrivals. */
function usersOf({ load }: Task): number {
  if (load.type === "iterations") return load.concurrency;
  return load.type === "users" ? peakUsers(load.curve) : 0;
}

function poolLimits(task: Task, thread: number, threads: number): PoolLimits {
  const { connections } = task;
  if (typeof connections === "string") {
    return { connections: Infinity, perUser: connections === "perUser" };
  }
  const own = split(connections, threads)[thread] ?? 1;
  return { connections: Math.max(1, own), perUser: false };
}

function warmConnections(task: Task, threads: number, users: number): number {
  if (typeof task.connections === "number") return task.connections;
  if (task.load.type !== "arrivals") {
    const atStart =
      task.load.type === "users" ? (task.load.curve.segments[0]?.fromMilliRps ?? 0) : 1;
    return atStart === 0 ? 0 : Math.min(users, task.connections === "perUser" ? Infinity : 1_000);
  }
  const parts = task.ownership.reduce(
    (product, level) => product * (typeof level.weights === "number" ? level.weights : 1),
    threads,
  );
  const perThread = peakRate(task.load.curve) / parts;
  return Math.min(MAX_WARM_CONNECTIONS, Math.ceil(perThread * WARM_ANSWER_SECONDS));
}

/** Compiles one thread's part of a share. Rejects when its steps cannot be compiled. */
export async function prepareShare(
  message: Extract<ToEngine, { type: "prepare" }>,
  claim: Claim,
): Promise<PreparedShare> {
  const { task, thread, threads } = message;
  const clock = { originUs: 0 };
  const nowUs = () => monotonicUs() - clock.originUs;
  const ownership = new Ownership([
    ...task.ownership,
    { offset: 0, weights: threads, index: thread },
  ]);
  const users = ownership.ownedBelow(usersOf(task));
  const program = await compileSteps(
    task.steps,
    { nowUs },
    {
      ...{ transport: task.transport, rejectUnauthorized: task.rejectUnauthorized },
      http: task.http,
      ...{ data: task.data, dataSeed: task.dataSeed, seed: task.seed },
      limits: poolLimits(task, thread, threads),
    },
  );
  let requests = 0;
  let iterationSource: IterationSource | undefined;
  const hasGrant = Promise.withResolvers<void>();
  const part: Part = {
    ...{ task, ownership, users },
    claim: (want) => claim(++requests, want),
    onIterationSource: (source) => (iterationSource = source),
  };
  const runner = new ShareRunner(
    {
      ...{ program, thinkTime: task.thinkTime, seed: task.seed },
      limit: users > 0 ? users : Math.max(1, split(task.maxInFlight, threads)[thread] ?? 1),
      requestTimeoutUs: task.requestTimeoutMs * 1000,
      gracefulStopUs: task.gracefulStopMs * 1000,
    },
    (iterations) => makeSource(part, iterations),
    nowUs,
  );
  if (iterationSource?.isPrepared !== false) hasGrant.resolve();
  return {
    ...{ task, program, runner, clock, started: false, failed: false },
    lease: new BigInt64Array(message.lease),
    warmConnections: warmConnections(task, threads, users),
    claimed: hasGrant.promise,
    granted(first, count, atUs) {
      iterationSource?.grant(first, count, atUs);
      hasGrant.resolve();
    },
  };
}
