import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countBuffersAsHeap } from "@onrush/controller/platform/garbageCollection.ts";
import { openConnection } from "@onrush/controller/platform/redis/redisConnection.ts";
import { createRedisReportStream } from "@onrush/controller/platform/redis/redisReportStream.ts";
import type { StreamEntry } from "@onrush/controller/platform/ports.ts";
import { openSqlite } from "@onrush/controller/platform/sqlite/sqliteStores.ts";
import type { Applied } from "@onrush/controller/results/secondStore.ts";
import { RunSeconds } from "@onrush/controller/results/runSeconds.ts";
import { checkHistograms } from "@onrush/controller/runs/checkHistograms.ts";
import { reportMessage } from "@onrush/controller/runs/reportMessage.ts";
import { KEEP_SECONDS } from "@onrush/controller/runs/runRecord.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { viewSecond } from "@onrush/shared/metrics/viewSecond.ts";
import type {
  RunEffect,
  RunMessage,
  RunState,
  ShareState,
} from "@onrush/shared/run/runMessages.ts";
import { initialRunState, reduceRun } from "@onrush/shared/run/runReducer.ts";
import { redisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { decodeReport, type Snapshot } from "@onrush/shared/wire/reports.ts";
import { type Intake, readJob, STEPS } from "./job.ts";

/** The intake of a controller and nothing else: from the stream of one run to its stored seconds. */

const TICK_MS = 250;
const CORRECT_EVERY_MS = 1_000;
const TOKEN = 1;

const job = readJob(process.argv[2]);
const keys = redisKeys(job.prefix);
const names = {
  workloads: [
    { name: "w", steps: Array.from({ length: STEPS }, (_, step) => ({ name: `step ${step}` })) },
  ],
};

const stagesMs: Record<string, number> = {};
function timed<T>(stage: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  stagesMs[stage] = (stagesMs[stage] ?? 0) + performance.now() - start;
  return result;
}

/** A run whose workers are all ready and whose load begins at the job's instant. */
function startedRun(): RunState {
  const durationMs = job.seconds * 1000;
  const limits = { gracefulStopMs: 30_000, barrierMs: 30_000, startLeadMs: 0 };
  const settings = { durationMs, minDurationMs: durationMs, lostWorkers: "degrade" as const };
  const shares = Array.from({ length: job.workers }, (_, k): ShareState => ({
    ...{ share: `0/${k}`, workload: 0, workerId: `worker-${k}`, epoch: 1, planned: 1 },
    ...{ phase: "running", seq: 0, watermark: -1, totals: null },
    ...{ clockOffsetUs: 0, clockErrorUs: 0, startLateUs: null, gaps: 0, ownership: [] },
    ...{ fromMs: 0, firstRound: 0, handbackMs: null, cutMs: null, loss: null },
  }));
  const state = initialRunState({ ...settings, ...limits });
  return { ...state, phase: "RUNNING", shares, startAtMs: job.startAtMs };
}

countBuffersAsHeap();
const folder = mkdtempSync(join(tmpdir(), "onrush-intake-"));
const stores = await openSqlite(folder);
const redis = openConnection(job.redisUrl, "patient");
const reports = createRedisReportStream(redis, keys, redis.options, (text) => console.error(text));

const seconds = new RunSeconds();
const applied: Applied = {};
let state = startedRun();
let closedOne = false;
let correctedAtMs = 0;
let lastArrivalMs = 0;
let cpuFrom = process.cpuUsage();
const result: Intake = {
  ...{ messages: 0, refused: 0, partial: 0, cpu: 0, stagesUs: {} },
  ...{ delaysMs: [], ownDelaysMs: [], residentMbs: [] },
};
const { promise: done, resolve: finish } = Promise.withResolvers<void>();

const publish = (record: RunSecond) =>
  timed("view", () => JSON.stringify(viewSecond(record, names, 0)).length);

function close(second: number, partial: boolean): void {
  publish(timed("close", () => seconds.close(second, partial)));
  closedOne = true;
  if (partial) result.partial++;
  const nowMs = Date.now();
  if (second === job.warmUpSeconds - 1) beginCounting();
  if (second >= job.warmUpSeconds) {
    result.delaysMs.push(nowMs - job.startAtMs - (second + 1) * 1000);
    result.ownDelaysMs.push(nowMs - lastArrivalMs);
    result.residentMbs.push(process.memoryUsage.rss() / 1e6);
  }
  if (second === job.seconds - 1) finish();
}

function beginCounting(): void {
  cpuFrom = process.cpuUsage();
  result.messages = 0;
  for (const stage of Object.keys(stagesMs)) stagesMs[stage] = 0;
}

function carryOut(effect: RunEffect, snapshot: Snapshot | undefined): void {
  if (effect.type === "close") close(effect.second, effect.partial);
  if (effect.type !== "merge" || snapshot === undefined) return;
  const { share } = effect;
  timed("merge", () => seconds.apply(share.workload, share.workerId, snapshot));
  applied[share.share] = { epoch: share.epoch, seq: snapshot.seq };
}

function tell(message: RunMessage, snapshot?: Snapshot): void {
  const step = timed("reduce", () => reduceRun(state, message, Date.now()));
  state = step.state;
  for (const effect of step.effects) carryOut(effect, snapshot);
}

async function save(position: string): Promise<void> {
  closedOne = false;
  const minutes = seconds.takeDirty(job.runId, TOKEN, structuredClone(applied));
  const start = performance.now();
  await stores.seconds.put(minutes);
  stagesMs["store (waiting)"] = (stagesMs["store (waiting)"] ?? 0) + performance.now() - start;
  seconds.forgetBefore(state.nextSecond - KEEP_SECONDS);
  await reports.trim(job.runId, position);
}

async function receive(entries: readonly StreamEntry[]): Promise<void> {
  for (const { bytes, position } of entries) {
    lastArrivalMs = Number(position.split("-")[0]);
    try {
      const report = timed("decode", () => decodeReport(bytes));
      if (report.type !== "snapshot") continue;
      timed("check", () => checkHistograms(report));
      tell(reportMessage(report), report);
    } catch {
      result.refused++;
    }
    result.messages++;
  }
  timed("merge", () => seconds.settle());
  if (Date.now() - correctedAtMs >= CORRECT_EVERY_MS) {
    correctedAtMs = Date.now();
    timed("correct", () => seconds.takeCorrections()).forEach(publish);
  }
  const last = entries.at(-1);
  if (closedOne && last !== undefined) await save(last.position);
}

const stop = reports.read(job.runId, "0", receive);
const ticking = setInterval(() => tell({ type: "tick" }), TICK_MS);
await done;
const { user, system } = process.cpuUsage(cpuFrom);
result.cpu = (user + system) / 1e6 / (job.seconds - job.warmUpSeconds);
for (const [stage, ms] of Object.entries(stagesMs)) {
  result.stagesUs[stage] = (ms * 1000) / Math.max(1, result.messages);
}
clearInterval(ticking);
await stop();
await reports.remove(job.runId);
await reports.close();
redis.disconnect();
await stores.close();
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(result));
