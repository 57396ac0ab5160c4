import type { Redis } from "ioredis";
import {
  listedWorkerSchema,
  LOST_AFTER_MS,
  type ListedWorker,
} from "@onrush/shared/wire/heartbeat.ts";
import type { RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { type Absent, LISTED_MS, type WorkerDirectory, type WorkerLabels } from "../ports.ts";
import { defineScript } from "./defineScript.ts";
import { FORGET, LIST, RESERVE } from "./directoryScripts.ts";
import { createRedisStandings } from "./redisStandings.ts";

/** Until an unseen worker is forgotten with its reservation. */
const REMEMBERED_MS = 60_000;

export interface RedisDirectoryOptions {
  /** A worker is gone for good, and what is kept for it can go too. */
  onForgotten(workerId: string): Promise<void>;
  warn(text: string): void;
}

type ListReply = [listed: [id: string, value: string, runId: string][], forgotten: string[]];

export function createRedisWorkerDirectory(
  redis: Redis,
  keys: RedisKeys,
  options: RedisDirectoryOptions,
): WorkerDirectory {
  const list = defineScript<ListReply>(redis, "onrushList", LIST);
  const forget = defineScript<number>(redis, "onrushForget", FORGET);
  const reserve = defineScript<string[]>(redis, "onrushReserve", RESERVE);
  const both = [keys.workers, keys.reservations];
  const reserveAs =
    (mode: "first" | "more") => (runId: string, wanted: number, labels: WorkerLabels) =>
      reserve(both, [
        ...[runId, wanted, LOST_AFTER_MS, mode, keys.shares("RUN")],
        ...Object.entries(labels).flat(),
      ]);
  return {
    async list() {
      const [listed, forgotten] = await list(both, [LISTED_MS, REMEMBERED_MS]);
      // In this order: what is left of a worker that nobody knows of is found by nobody.
      await Promise.all(
        forgotten.map(async (workerId) => {
          await options.onForgotten(workerId);
          await forget(both, [LISTED_MS, workerId]);
        }),
      );
      return listed.flatMap((entry) => readEntry(entry, options.warn));
    },
    reserve: reserveAs("first"),
    reserveMore: reserveAs("more"),
    ...createRedisStandings(redis, keys),
    absent: (workerIds) => absent(redis, keys, workerIds),
  };
}

/** In one transaction: what is absent was so by the time that goes with it. */
async function absent(
  redis: Redis,
  keys: RedisKeys,
  workerIds: readonly string[],
): Promise<Absent> {
  const channels = workerIds.map((workerId) => keys.presence(workerId));
  const replies = await redis
    .multi()
    .call("PUBSUB", "NUMSUB", ...channels)
    .time()
    .exec();
  const [[numError, counts] = [], [timeError, time] = []] = replies ?? [];
  if (numError || timeError || !Array.isArray(counts) || !Array.isArray(time)) {
    throw numError ?? timeError ?? new Error("Redis does not say which workers are connected");
  }
  const [seconds, microseconds] = time.map(Number);
  return {
    workerIds: workerIds.filter((_, i) => Number(counts[2 * i + 1]) === 0),
    atMs: Number(seconds) * 1000 + Number(microseconds) / 1000,
  };
}

/** One worker of another version must not hide the others. */
function readEntry(
  [workerId, value, runId]: ListReply[0][number],
  warn: (text: string) => void,
): ListedWorker[] {
  const blank = value.indexOf(" ");
  const parsed = listedWorkerSchema.safeParse({
    ...JSON.parse(value.slice(blank + 1)),
    lastSeenMs: Number(value.slice(0, blank)),
    ...(runId !== "" && { reservedFor: runId }),
  });
  if (parsed.success) return [parsed.data];
  warn(`the heartbeat of worker ${workerId} is unreadable: ${parsed.error.message}`);
  return [];
}
