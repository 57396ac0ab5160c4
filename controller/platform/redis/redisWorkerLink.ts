import type { Redis } from "ioredis";
import { redisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { CommonClock, WorkerLink } from "../ports.ts";
import { awaitReady, openConnection } from "./redisConnection.ts";
import { createRedisControlBus } from "./redisControlBus.ts";
import { createRedisReportStream } from "./redisReportStream.ts";
import { createRedisRunLease } from "./redisRunLease.ts";
import { createRedisTaskQueue } from "./redisTaskQueue.ts";
import { createRedisWorkerDirectory } from "./redisWorkerDirectory.ts";

export interface RedisWorkerLinkOptions {
  url: string;
  /** Of every key; runs and workers under different prefixes know nothing of each other. */
  prefix?: string;
  /** What people should know: a lossy server setting, an outage. Default: a process warning. */
  warn?(text: string): void;
}

/**
 * Rejects within 5 s, saying what to do, when Redis does not answer, refuses the login or is too
 * old. Later, while Redis does not answer, every call rejects at once; only `reports.read` waits.
 */
export async function connectRedisWorkerLink(options: RedisWorkerLinkOptions): Promise<WorkerLink> {
  const { url } = options;
  const warn = options.warn ?? ((text: string) => process.emitWarning(text));
  const keys = redisKeys(options.prefix);
  const redis = openConnection(url, "prompt", warn);
  await awaitReady(redis, url, warn);
  const tasks = createRedisTaskQueue(redis, keys, warn);
  const reports = createRedisReportStream(redis, keys, redis.options, warn);
  const onForgotten = (workerId: string) => tasks.drop(workerId);
  return {
    name: "redis",
    tasks,
    reports,
    control: createRedisControlBus(redis, keys),
    directory: createRedisWorkerDirectory(redis, keys, { onForgotten, warn }),
    lease: createRedisRunLease(redis, keys),
    clock: redisClock(redis),
    ping: async () => void (await redis.ping()),
    async close() {
      await Promise.all([reports.close(), tasks.close()]);
      redis.disconnect();
    },
  };
}

function redisClock(redis: Redis): CommonClock {
  return {
    async nowUs() {
      const [seconds, microseconds] = await redis.time();
      return Number(seconds) * 1_000_000 + Number(microseconds);
    },
  };
}
