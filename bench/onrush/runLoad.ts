import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { EngineThreads } from "@onrush/worker/agent/engineThreads.ts";
import { threadIds } from "@onrush/worker/agent/threadPriority.ts";
import { ThreadMerge } from "@onrush/worker/agent/threadMerge.ts";
import type { FromEngine } from "@onrush/worker/engine/engineMessages.ts";
import { monotonicUs } from "@onrush/worker/engine/monotonicClock.ts";
import { startCpuMeter } from "./cpuMeter.ts";
import type { Job, JobResult } from "./job.ts";
import { MeasuredSeconds } from "./measuredSeconds.ts";

const START_IN_MS = 200;
const LEASE_NS = 3_600_000_000_000n;

function loadOf({ seconds, load }: Job): Task["load"] {
  const durationMs = seconds * 1000;
  const level = (load.type === "open" ? load.rps : load.users) * 1000;
  const flat = { startMs: 0, endMs: durationMs, fromMilliRps: level, toMilliRps: level };
  const curve = { durationMs, segments: [flat] };
  if (load.type === "closed") return { type: "users", curve, paceMs: 0 };
  return { type: "arrivals", curve, arrival: "uniform", devices: 0 };
}

function taskOf(job: Job): Task {
  const { step, load } = job;
  return {
    ...{ runId: "bench", share: "0/0", epoch: 1, token: 1, startMs: 0, seed: 1 },
    load: loadOf(job),
    thinkTime: null,
    overload: { policy: "drop", maxDelayMs: 1_000 },
    pacing: load.type === "open" ? load.pacing : "timer",
    connections: load.type === "open" ? load.connections : "shared",
    ownership: [{ offset: 0, weights: 1, index: 0 }],
    ...{ steps: [step], defaults: { outcomes: [] }, data: job.data ?? {}, files: {}, dataSeed: 1 },
    maxInFlight: load.type === "open" ? load.maxInFlight : load.users,
    transport: "raw",
    http: { version: "1.1", proxy: null, maxRedirects: 0 },
    ...{ requestTimeoutMs: 30_000, rejectUnauthorized: true, gracefulStopMs: 10_000 },
    ...{ fromMs: 0, firstRound: 0 },
  };
}

/** A lease that holds for as long as any bench lasts: there is no controller to extend it. */
function longLease(): SharedArrayBuffer {
  const lease = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  Atomics.store(new BigInt64Array(lease), 0, process.hrtime.bigint() + LEASE_NS);
  return lease;
}

function holdTo(cores: string, threads: readonly number[]): void {
  for (const id of threads) {
    execFileSync("taskset", ["--pid", "--cpu-list", cores, String(id)]);
  }
}

/** One share on all engine threads: what they say of it, put together as the agent does. */
class Share {
  readonly prepared = Promise.withResolvers<void>();
  readonly over = Promise.withResolvers<ShareTotals>();
  readonly measured = new MeasuredSeconds();
  readonly #merge: ThreadMerge;
  #unprepared: number;

  constructor(threads: number) {
    this.#merge = new ThreadMerge(threads);
    this.#unprepared = threads;
    // Whichever is not awaited yet when a thread fails must not count as unhandled.
    this.prepared.promise.catch(() => {});
    this.over.promise.catch(() => {});
  }

  readonly fail = (error: Error): void => {
    this.prepared.reject(error);
    this.over.reject(error);
  };

  take(thread: number, message: FromEngine): void {
    switch (message.type) {
      case "refused":
      case "failed":
        return this.fail(new Error(message.reason));
      case "prepared":
        if (--this.#unprepared === 0) this.prepared.resolve();
        return;
      case "claim":
      case "scriptEnded":
        return;
      case "report": {
        const report = this.#merge.add(thread, message.report, message.health);
        if (report === undefined) return;
        this.measured.add(report);
        if (report.totals !== null) this.over.resolve(report.totals);
      }
    }
  }
}

/**
 * The real engine threads with all they record, and what the agent does with it, but no agent.
 * They run the same load for a moment before: a load is kept up for minutes, not while code is
 * still being compiled.
 */
export async function runLoad(job: Job): Promise<JobResult> {
  let share = new Share(job.threads);
  const engine = await EngineThreads.start(
    job.threads,
    (thread, message) => share.take(thread, message),
    (error) => share.fail(error),
  );
  try {
    if (job.engineCore !== null) holdTo(job.engineCore, threadIds(true));
    await runShare(engine, share, "warm-up 0/0", { ...job, seconds: job.warmUpSeconds });
    share = new Share(job.threads);
    return await runShare(engine, share, "bench 0/0", job);
  } finally {
    await engine.close();
  }
}

async function runShare(
  engine: EngineThreads,
  share: Share,
  key: string,
  job: Job,
): Promise<JobResult> {
  const { seconds, load, targetPid } = job;
  engine.prepare(key, taskOf(job), longLease());
  await share.prepared.promise;
  engine.send({ type: "start", key, startUs: monotonicUs() + START_IN_MS * 1000 });
  await pause(START_IN_MS);
  const cpu = startCpuMeter(targetPid);
  const totals = await share.over.promise;
  const used = cpu();
  // Users decide for themselves how many requests there are.
  const planned = load.type === "open" ? Math.round(load.rps * seconds) : totals.scheduled;
  return { ...result(share.measured, totals, planned), ...used, seconds };
}

function result(measured: MeasuredSeconds, totals: ShareTotals, planned: number) {
  const dropped = Object.values(totals.dropped).reduce((sum, count) => sum + count, 0);
  const differences = [
    totals.scheduled - planned,
    totals.scheduled - totals.started - dropped,
    totals.started - measured.started,
    totals.requests.sent - measured.sent,
    totals.requests.sent - measured.ended,
  ];
  return {
    requests: totals.requests.sent,
    failed: measured.failed,
    scheduled: totals.scheduled,
    started: totals.started,
    unaccounted: differences.reduce((sum, difference) => sum + Math.abs(difference), 0),
    ...measured.latencies(),
  };
}
