import { randomBytes } from "node:crypto";
import { availableParallelism, hostname } from "node:os";
import { DEFAULT_WORKER_FILES_MB } from "@onrush/shared/scenario/files.ts";
import { Agent } from "./agent/agent.ts";
import { createLocalControllerLink } from "./agent/local/localControllerLink.ts";
import { parentChannel } from "./agent/local/parentChannel.ts";
import { createLogger } from "./agent/logger.ts";
import { readCapacity, thisMachine } from "./calibration/capacityFile.ts";
import { warnOfLimits } from "./health/startLimits.ts";
import type { ControllerLink } from "./agent/ports.ts";
import type { RedisControllerLinkOptions } from "./agent/redis/redisControllerLink.ts";

/** The composition root of a worker process. */

export interface WorkerSettings {
  /** Without it the worker must be a child process of its controller. */
  redisUrl?: string | undefined;
  /** Names its keys in Redis; the controller's must be the same. */
  redisPrefix?: string | undefined;
  threads: number;
  /** What it holds of files at most. */
  filesMb: number;
  labels: Record<string, string>;
  /** Where `capacity.json` of a calibration may lie. */
  dataDirectory: string;
}

/** ONRUSH_DATA, the folder of everything this machine stores. */
export function dataDirectory(): string {
  return process.env["ONRUSH_DATA"] || ".onrush";
}

export interface RunningWorker {
  workerId: string;
  /** Hands back what it holds and closes, within `withinMs`. */
  leave(withinMs: number): Promise<void>;
  /** At once. */
  close(): Promise<void>;
}

/** Engine threads when nothing else is asked for: one core is left for everything else. */
export function defaultThreads(workers = 1): number {
  return Math.max(1, Math.floor(Math.max(1, availableParallelism() - 1) / workers));
}

/** Loaded when it is needed: a worker without Redis is 20 MB smaller. */
async function connectRedis(options: RedisControllerLinkOptions): Promise<ControllerLink> {
  const { connectRedisControllerLink } = await import("./agent/redis/redisControllerLink.ts");
  return connectRedisControllerLink(options);
}

/** Starts a worker in this process. Rejects, saying what to do, when it cannot reach Redis. */
export async function startWorker(
  settings: WorkerSettings,
  onEnd: (reason: string) => void,
): Promise<RunningWorker> {
  const workerId = `${hostname().split(".")[0] ?? "worker"}-${randomBytes(3).toString("hex")}`;
  const logger = createLogger(workerId);
  const { redisUrl, redisPrefix, threads, filesMb, labels } = settings;
  const warn = (text: string) => logger.warn(text);
  const link =
    redisUrl === undefined
      ? createLocalControllerLink(parentChannel(), { warn })
      : await connectRedis({
          url: redisUrl,
          warn,
          ...(redisPrefix === undefined ? {} : { prefix: redisPrefix }),
        });
  link.onLost(() => onEnd("the controller has ended"));
  warnOfLimits(warn);
  const capacity = await readCapacity(settings.dataDirectory, thisMachine(threads));
  const agent = new Agent({ workerId, threads, filesMb, labels, link, logger, capacity });
  await agent.start((error) => {
    logger.error({ err: error }, "an engine thread failed");
    onEnd("an engine thread failed");
  });
  return {
    workerId,
    leave: (withinMs) => agent.leave(withinMs),
    close: () => agent.close(),
  };
}

/** `region=eu,zone=a` as labels. */
export function parseLabels(text: string): Record<string, string> {
  const pairs = text.split(",").filter((part) => part.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new RangeError(`"${pair}" is not a label: write name=value`);
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

/** Runs as a child process of a platform until that ends, over its pipe or, if it is set, Redis. */
async function runAsChild(): Promise<void> {
  // A Ctrl-C in the terminal reaches us too; the parent decides what it means.
  process.on("SIGINT", () => {});
  process.once("disconnect", () => process.exit(0));
  // It may have ended while this was being loaded.
  if (!process.connected) process.exit(0);
  const { WORKER_THREADS, WORKER_FILES_MAX_MB, REDIS_URL, ONRUSH_PREFIX } = process.env;
  const settings: WorkerSettings = {
    redisUrl: REDIS_URL || undefined,
    redisPrefix: ONRUSH_PREFIX || undefined,
    threads: Number(WORKER_THREADS ?? defaultThreads()),
    filesMb: Number(WORKER_FILES_MAX_MB ?? DEFAULT_WORKER_FILES_MB),
    labels: {},
    dataDirectory: dataDirectory(),
  };
  await startWorker(settings, () => process.exit(1));
}

if (import.meta.main) await runAsChild();
