import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Api } from "@onrush/e2e/system/api.ts";
import { ONRUSH, OnrushProcess } from "@onrush/e2e/system/onrushProcess.ts";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { liveMessageSchema } from "@onrush/shared/api/secondView.ts";
import type { Sample } from "../figures.ts";
import { percentile } from "../statistics.ts";
import { treeCpuSeconds } from "../target/targetCpu.ts";
import { type CrowdJob, STEPS, VALUES } from "./job.ts";

/** Each process asks for the files it has open once a second and worker: too many take too long. */
const WORKERS_PER_PROCESS = 100;
/** Code is compiled, and the barrier is over. */
const SETTLED_SECONDS = 5;
const POLL_MS = 1_000;
const WORKERS_PROGRAM = fileURLToPath(new URL("workers.ts", import.meta.url));

/** Starts the processes of all workers; each says when they have registered. */
async function startWorkers(redisUrl: string, prefix: string, workers: number) {
  const processes: OnrushProcess[] = [];
  for (let first = 0; first < workers; first += WORKERS_PER_PROCESS) {
    const count = Math.min(WORKERS_PER_PROCESS, workers - first);
    const job: CrowdJob = { redisUrl, prefix, first, workers: count };
    const words = [WORKERS_PROGRAM, JSON.stringify(job)];
    processes.push(new OnrushProcess(words, {}, process.execPath));
  }
  await Promise.all(processes.map((one) => one.waitFor(/workers are ready/)));
  return processes;
}

/** When each second of a run was first heard of. */
function watchSeconds(url: string, runId: string) {
  const heardMs = new Map<number, number>();
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/live?runId=${runId}`);
  socket.addEventListener("message", ({ data }) => {
    const message = liveMessageSchema.parse(JSON.parse(String(data)));
    if (message.type !== "second" || heardMs.has(message.second)) return;
    heardMs.set(message.second, Date.now());
  });
  return { heardMs, close: () => socket.close() };
}

interface CpuAt {
  ms: number;
  cpuSeconds: number;
}

const cpuOf = (pid: number): CpuAt => ({ ms: Date.now(), cpuSeconds: treeCpuSeconds(pid) ?? 0 });

/** What is not as every worker has said: of a second that is missing, and of the ledger. */
function unaccounted({ ledger, summary }: RunView, expected: number, missing: number): number {
  const { scheduled, started, dropped, lost } = ledger;
  const requests = expected * STEPS - (summary?.requests.sent ?? 0);
  const others = Math.abs(scheduled - started - dropped - lost) + Math.abs(expected - started);
  return Math.abs(requests) + others + missing;
}

async function measure(
  controller: OnrushProcess,
  api: Api,
  workers: number,
  seconds: number,
): Promise<Sample> {
  const durationSeconds = SETTLED_SECONDS + seconds;
  const { runId } = await api.start({
    ...{ name: "intake", numWorkers: workers, durationSeconds },
    loadProfile: { type: "CONSTANT", initialRps: workers * VALUES },
    steps: Array.from({ length: STEPS }, (_, step) => ({
      ...{ name: `step ${step}`, protocol: "http", url: "http://127.0.0.1:1/" },
    })),
  });
  const watched = watchSeconds(api.url, runId);
  const running = await api.until(runId, ({ startedAt }) => startedAt !== null, POLL_MS);
  const startMs = Date.parse(running.startedAt ?? "");
  const from = startMs + SETTLED_SECONDS * 1000;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, from - Date.now())));
  const before = cpuOf(controller.pid);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const after = cpuOf(controller.pid);
  const run = await api.ended(runId, POLL_MS);
  watched.close();
  const cpu = ((after.cpuSeconds - before.cpuSeconds) * 1000) / (after.ms - before.ms);
  const delaysMs = [...watched.heardMs]
    .filter(([second]) => second >= SETTLED_SECONDS && second < durationSeconds)
    .map(([second, ms]) => ms - startMs - (second + 1) * 1000);
  return {
    messagesPerSecond: workers,
    generatorCpu: cpu,
    cpuUsPerMessage: (cpu * 1e6) / workers,
    publishP99Ms: percentile(delaysMs, 0.99),
    unaccounted: unaccounted(run, workers * VALUES * durationSeconds, seconds - delaysMs.length),
  };
}

/**
 * A whole run of workers whose load is simulated: all of a controller, over Redis, with workers
 * that accept, get ready, send heartbeats and report as they do.
 */
export async function wholeRun(redisUrl: string, workers: number, seconds: number) {
  const prefix = `onrush-bench-${randomUUID()}`;
  const data = mkdtempSync(join(tmpdir(), "onrush-whole-"));
  const env = { REDIS_URL: redisUrl, ONRUSH_PREFIX: prefix, ONRUSH_DATA: data, PORT: "0" };
  const started = [new OnrushProcess(["controller"], env, ONRUSH)];
  try {
    const [controller] = started as [OnrushProcess];
    const [, url = ""] = await controller.waitFor(/controller at (http:\S+?)[;\s]/);
    started.push(...(await startWorkers(redisUrl, prefix, workers)));
    return await measure(controller, new Api(url), workers, seconds);
  } finally {
    for (const one of started.reverse()) await one.end("SIGTERM");
    rmSync(data, { recursive: true, force: true });
  }
}
