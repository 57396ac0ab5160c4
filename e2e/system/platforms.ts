import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startMongo } from "../services/mongoServer.ts";
import { startPrivateRedis } from "../services/redisServer.ts";
import type { RunningService } from "../services/service.ts";
import { Api } from "./api.ts";
import { OnrushProcess } from "./onrushProcess.ts";

export interface TestPlatform {
  api: Api;
  processes: OnrushProcess[];
  stop(): Promise<void>;
}

const UP = /(?:up|controller) at (http:\S+?)[;\s]/;

async function workersSeen(api: Api, count: number): Promise<void> {
  for (;;) {
    const answer = (await api.call("GET", "/api/v1/workers")) as { total: number };
    if (answer.total >= count) return;
    await pause(50);
  }
}

/** `onrush up`: everything embedded. `calibrated` is a data folder with a capacity in it. */
export async function startEmbedded(workers: number, calibrated?: string): Promise<TestPlatform> {
  const data = calibrated ?? (await mkdtemp(join(tmpdir(), "onrush-e2e-")));
  const env = { PORT: "0", WORKERS: String(workers), WORKER_THREADS: "1", ONRUSH_DATA: data };
  const up = new OnrushProcess(["up"], env);
  const [, url = ""] = await up.waitFor(UP);
  const api = new Api(url);
  await workersSeen(api, workers);
  return {
    api,
    processes: [up],
    async stop() {
      await up.end();
      await rm(data, { recursive: true, force: true });
    },
  };
}

function mustHave(name: string, service: { available: boolean; reason?: string }) {
  if (!service.available) throw new Error(`${name} cannot be had: ${service.reason ?? ""}`);
}

/** `onrush controller` and N times `onrush worker` on a real Redis and MongoDB server. */
export async function startDistributed(workers: number): Promise<TestPlatform> {
  const redis = await startPrivateRedis();
  const mongo = await startMongo();
  mustHave("Redis", redis);
  mustHave("MongoDB", mongo);
  const name = `onrush-e2e-${randomBytes(4).toString("hex")}`;
  const env = {
    REDIS_URL: (redis as RunningService).url,
    MONGODB_URL: (mongo as RunningService).url,
    ONRUSH_PREFIX: name,
    ONRUSH_DATABASE: name,
    WORKER_THREADS: "1",
    PORT: "0",
  };
  const controller = new OnrushProcess(["controller"], env);
  const [, url = ""] = await controller.waitFor(UP);
  const workerProcesses = Array.from({ length: workers }, () => new OnrushProcess(["worker"], env));
  const api = new Api(url);
  await workersSeen(api, workers);
  return {
    api,
    processes: [controller, ...workerProcesses],
    async stop() {
      await Promise.all(workerProcesses.map((worker) => worker.end()));
      await controller.end();
      await (redis as RunningService).stop();
      await (mongo as RunningService).stop();
    },
  };
}

/** Both ways to run the platform, for suites that hold on both. */
export const engines: [string, (workers: number) => Promise<TestPlatform>][] = [
  ["embedded", startEmbedded],
  ["on Redis and MongoDB", startDistributed],
];

export interface TestTarget {
  url: string;
  stop(): Promise<void>;
}

/** `onrush target NAME` on a free port. */
export async function startTarget(name: string, ...args: string[]): Promise<TestTarget> {
  const target = new OnrushProcess(["target", name, "--port", "0", ...args]);
  const [, url = ""] = await target.waitFor(/listens at (http:\S+)/);
  return { url: url.replace(/\/$/, ""), stop: async () => void (await target.end()) };
}
