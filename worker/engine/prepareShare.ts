import { makeSchedule } from "@onrush/shared/schedule/makeSchedule.ts";
import { Ownership, split } from "@onrush/shared/schedule/ownership.ts";
import { peakRate } from "@onrush/shared/schedule/rateCurve.ts";
import { peakUsers, UserTimeline } from "@onrush/shared/schedule/userTimeline.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { ArrivalCursor } from "../pacing/arrivalCursor.ts";
import { compileTask, poolLimits } from "../steps/compileTask.ts";
import type { ToEngine } from "./engineMessages.ts";
import type { Iterations } from "./iterations.ts";
import { monotonicUs } from "./monotonicClock.ts";
import type { Program } from "./operation.ts";
import { ShareCounts } from "./shareCounts.ts";
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
  /** What heartbeats tell, at the place of `thread`. */
  counts: ShareCounts;
  thread: number;
  clock: { originUs: number };
  /** When the share begins, from the start of the run. */
  fromUs: number;
  /** Undefined until the engine has come to the share for the first time since then. */
  startLateUs: number | undefined;
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
      return new UserSource(
        {
          ...{ timeline, users, paceUs: load.paceMs * 1000, endUs },
          ...{ fromUs: task.fromMs * 1000, firstRound: task.firstRound },
        },
        iterations,
      );
    }
    case "iterations": {
      const source = new IterationSource(
        {
          ...{ users: part.users, endUs: startUs + load.maxDurationMs * 1000 },
          startUs: Math.max(startUs, task.fromMs * 1000),
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

/** Threads that can have a part: each needs a connection and, for arrivals, a place in flight. */
function usefulThreads({ connections, load, maxInFlight }: Task, threads: number): number {
  const places = load.type === "arrivals" ? maxInFlight : Infinity;
  return Math.min(threads, places, typeof connections === "number" ? connections : Infinity);
}

/** The load of a thread that has no part. */
function noLoad(load: Task["load"]): Task["load"] {
  if (load.type === "iterations") return { ...load, iterations: 0 };
  return { ...load, curve: { ...load.curve, segments: [] } };
}

function warmConnections(task: Task, threads: number, users: number): number {
  if (typeof task.connections === "number") return task.connections;
  if (task.load.type !== "arrivals") {
    // Who comes later opens a connection then.
    const level =
      task.load.type === "users" ? task.load.curve.segments[0]?.fromMilliRps : undefined;
    const share = task.load.type === "users" ? (level ?? 0) / 1000 / Math.max(1, usersOf(task)) : 1;
    const atStart = Math.ceil(users * Math.min(1, share));
    return task.connections === "perUser" ? atStart : Math.min(1_000, atStart);
  }
  const { portion } = new Ownership(task.ownership);
  const perThread = (peakRate(task.load.curve) * portion) / threads;
  return Math.min(MAX_WARM_CONNECTIONS, Math.ceil(perThread * WARM_ANSWER_SECONDS));
}

/** Compiles one thread's part of a share. Rejects when its steps cannot be compiled. */
export async function prepareShare(
  message: Extract<ToEngine, { type: "prepare" }>,
  claim: Claim,
): Promise<PreparedShare> {
  const { thread } = message;
  const threads = usefulThreads(message.task, message.threads);
  const hasPart = thread < threads;
  const task = hasPart ? message.task : { ...message.task, load: noLoad(message.task.load) };
  const clock = { originUs: 0 };
  const nowUs = () => monotonicUs() - clock.originUs;
  const lease = new BigInt64Array(message.lease);
  const maySend = () => monotonicUs() <= Number(Atomics.load(lease, 0)) / 1000;
  const fromUs = task.fromMs * 1000;
  const ownership = new Ownership([
    ...task.ownership,
    { offset: 0, weights: threads, index: Math.min(thread, threads - 1) },
  ]);
  const users = !hasPart ? 0 : ownership.ownedBelow(usersOf(task));
  const program = await compileTask(
    task,
    { nowUs, maySend },
    { files: message.files, limits: poolLimits(task, thread, threads) },
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
      limit: users > 0 ? users : (split(task.maxInFlight, threads)[thread] ?? 0),
      requestTimeoutUs: task.requestTimeoutMs * 1000,
      gracefulStopUs: task.gracefulStopMs * 1000,
      fromUs,
    },
    (iterations) => makeSource(part, iterations),
    nowUs,
  );
  if (iterationSource?.isPrepared !== false) hasGrant.resolve();
  return {
    ...{ task, program, runner, clock, lease, fromUs, started: false, failed: false },
    ...{ counts: new ShareCounts(message.counts), thread, startLateUs: undefined },
    warmConnections: hasPart ? warmConnections(task, threads, users) : 0,
    claimed: hasGrant.promise,
    granted(first, count, atUs) {
      iterationSource?.grant(first, count, atUs);
      hasGrant.resolve();
    },
  };
}
