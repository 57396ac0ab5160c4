import { setTimeout as pause } from "node:timers/promises";
import { plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { Engine } from "../engine/engine.ts";
import { type FromEngine, noFiles } from "../engine/engineMessages.ts";
import { ShareCounts } from "../engine/shareCounts.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import type { RunnerReport } from "../engine/shareRunner.ts";

/** Load for one engine thread: each connection sends its next request when the one before ends. */
export interface LoopOptions {
  url: string;
  connections: number;
  /** Measured time; a quarter of it comes before, unmeasured, until the code is hot. */
  forMs: number;
}

export interface LoopResult {
  requests: number;
  seconds: number;
  /** CPU of this thread in the measured time. */
  cpuUs: number;
}

const KEY = "calibration 0/0";
const WARM_UP_PART = 0.25;
/** After the end, what is under way gets this long. */
const LAST_ANSWERS_MS = 2_000;
const LEASE_NS = 3_600_000_000_000n;

function taskOf({ url, connections, forMs }: LoopOptions): Task {
  const durationMs = Math.ceil(forMs * (1 + WARM_UP_PART)) + LAST_ANSWERS_MS;
  const milliUsers = connections * 1000;
  const users = { fromMilliRps: milliUsers, toMilliRps: milliUsers };
  return {
    ...{ runId: "calibration", share: "0/0", epoch: 1, token: 1, startMs: 0 },
    load: {
      type: "users",
      curve: { durationMs, segments: [{ startMs: 0, endMs: durationMs, ...users }] },
      paceMs: 0,
    },
    ownership: [{ offset: 0, weights: 1, index: 0 }],
    steps: [{ name: "get", protocol: "http", method: "GET", url, headers: {} }],
    ...{
      seed: 0,
      data: {},
      files: {},
      dataSeed: 0,
      defaults: { outcomes: [] },
      thinkTime: null,
      pacing: "timer",
      connections,
    },
    overload: { policy: "drop", maxDelayMs: 1 },
    ...{ maxInFlight: connections, transport: "raw", rejectUnauthorized: true },
    http: plainHttp,
    ...{ requestTimeoutMs: LAST_ANSWERS_MS, gracefulStopMs: LAST_ANSWERS_MS },
    ...{ fromMs: 0, firstRound: 0 },
  };
}

/** Why the first request that failed did. */
function failureOf({ due }: RunnerReport): string | undefined {
  const steps = due.flatMap((delta) => delta.steps);
  if (steps.every(({ failed }) => failed === 0)) return undefined;
  const statuses = steps.flatMap((step) => Object.keys(step.statusCodes));
  return [...steps.flatMap((step) => Object.keys(step.errors)), ...statuses].join(", ");
}

function sample(engine: Engine) {
  const { user, system } = process.threadCpuUsage();
  return { requests: engine.startedOf(KEY), atUs: monotonicUs(), cpuUs: user + system };
}

/**
 * Sends as fast as answers come, by the engine itself: users without a pace, with everything
 * recorded as in a run. Rejects when a request fails: then nothing was measured.
 */
export async function closedLoop(options: LoopOptions): Promise<LoopResult> {
  const prepared = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const fail = (reason: string) => {
    const error = new Error(`a request failed: ${reason}`);
    prepared.reject(error);
    over.reject(error);
  };
  // Whichever is not awaited when a request fails must not count as unhandled.
  for (const { promise } of [prepared, over]) promise.catch(() => {});
  const engine = new Engine((message: FromEngine) => {
    if (message.type === "prepared") prepared.resolve();
    if (message.type === "refused") fail(message.reason);
    if (message.type !== "report") return;
    const failure = failureOf(message.report);
    if (failure !== undefined) fail(failure);
    if (message.report.totals !== null) over.resolve();
  });
  const lease = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  new BigInt64Array(lease)[0] = process.hrtime.bigint() + LEASE_NS;
  const task = taskOf(options);
  const counts = ShareCounts.memoryFor(1);
  engine.handle({
    type: "prepare",
    files: noFiles,
    key: KEY,
    task,
    thread: 0,
    threads: 1,
    lease,
    counts,
  });
  await prepared.promise;
  engine.handle({ type: "start", key: KEY, startUs: monotonicUs() });
  try {
    await Promise.race([pause(options.forMs * WARM_UP_PART), over.promise]);
    const before = sample(engine);
    await Promise.race([pause(options.forMs), over.promise]);
    const after = sample(engine);
    engine.handle({ type: "stop", key: KEY });
    await over.promise;
    return {
      requests: after.requests - before.requests,
      seconds: (after.atUs - before.atUs) / 1e6,
      cpuUs: after.cpuUs - before.cpuUs,
    };
  } finally {
    engine.handle({ type: "drop", key: KEY });
  }
}
