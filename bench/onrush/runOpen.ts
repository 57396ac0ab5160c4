import { setTimeout as pause } from "node:timers/promises";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { EngineThreads } from "@onrush/worker/agent/engineThreads.ts";
import { ThreadMerge } from "@onrush/worker/agent/threadMerge.ts";
import type { FromEngine } from "@onrush/worker/engine/engineMessages.ts";
import { monotonicUs } from "@onrush/worker/engine/monotonicClock.ts";
import { startCpuMeter } from "./cpuMeter.ts";
import type { Job, JobResult } from "./job.ts";
import { MeasuredSeconds } from "./measuredSeconds.ts";

const KEY = "bench 0/0";
const START_IN_MS = 200;
const LEASE_NS = 3_600_000_000_000n;

type OpenJob = Job & { load: { type: "open" } };

function taskOf({ step, seconds, load }: OpenJob): Task {
  const durationMs = seconds * 1000;
  const milliRps = load.rps * 1000;
  const rate = { fromMilliRps: milliRps, toMilliRps: milliRps };
  return {
    ...{ runId: "bench", share: "0/0", epoch: 1, token: 1, startMs: 0, seed: 1 },
    curve: { durationMs, segments: [{ startMs: 0, endMs: durationMs, ...rate }] },
    ownership: [{ offset: 0, weights: 1, index: 0 }],
    steps: [step],
    maxInFlight: load.maxInFlight,
    transport: "raw",
    ...{ requestTimeoutMs: 30_000, rejectUnauthorized: true, gracefulStopMs: 10_000 },
  };
}

/** A lease that holds for as long as any bench lasts: there is no controller to extend it. */
function longLease(): SharedArrayBuffer {
  const lease = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  Atomics.store(new BigInt64Array(lease), 0, process.hrtime.bigint() + LEASE_NS);
  return lease;
}

/** The real engine threads with all they record, and what the agent does with it, but no agent. */
export async function runOpen(job: OpenJob): Promise<JobResult> {
  const { seconds, threads, load } = job;
  const merge = new ThreadMerge(threads);
  const measured = new MeasuredSeconds();
  const prepared = Promise.withResolvers<void>();
  const over = Promise.withResolvers<ShareTotals>();
  let waitingFor = threads;
  const fail = (error: Error) => {
    prepared.reject(error);
    over.reject(error);
  };
  const onMessage = (thread: number, message: FromEngine) => {
    if (message.type === "refused") return fail(new Error(message.reason));
    if (message.type === "prepared" && --waitingFor === 0) return prepared.resolve();
    if (message.type !== "report") return;
    const report = merge.add(thread, message.report, message.health);
    if (report === undefined) return;
    measured.add(report);
    if (report.totals !== null) over.resolve(report.totals);
  };
  // Whoever fails first tells; the other must not count as unhandled.
  over.promise.catch(() => {});
  const engine = await EngineThreads.start(threads, onMessage, fail);
  try {
    engine.prepare(KEY, taskOf(job), longLease());
    await prepared.promise;
    const startUs = monotonicUs() + START_IN_MS * 1000;
    engine.send({ type: "start", key: KEY, startUs });
    await pause(START_IN_MS);
    const cpu = startCpuMeter(job.targetPid);
    const totals = await over.promise;
    const planned = Math.round(load.rps * seconds);
    return { ...result(measured, totals, planned), ...cpu(), seconds };
  } finally {
    await engine.close();
  }
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
