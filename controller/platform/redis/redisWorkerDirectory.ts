import type { Redis } from "ioredis";
import {
  listedWorkerSchema,
  LOST_AFTER_MS,
  type ListedWorker,
} from "@onrush/shared/wire/heartbeat.ts";
import { RUN_KEYS_TTL_MS, type RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { WorkerDirectory } from "../ports.ts";
import { defineScript } from "./defineScript.ts";
import { LIST, RELEASE, RESERVE, SET_SHARES } from "./directoryScripts.ts";

/** How long an unseen worker stays in `list`, and until it is forgotten with its reservation. */
const LISTED_MS = 10_000;
const REMEMBERED_MS = 60_000;

/** Fields of the claims that count what a share has claimed. */
const CLAIMED_BY = "share:";

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
  const reserve = defineScript<string[]>(redis, "onrushReserve", RESERVE);
  const release = defineScript<number>(redis, "onrushRelease", RELEASE);
  const setShares = defineScript<number>(redis, "onrushSetShares", SET_SHARES);
  const both = [keys.workers, keys.reservations];
  return {
    async list() {
      const [listed, forgotten] = await list(both, [LISTED_MS, REMEMBERED_MS]);
      await Promise.all(forgotten.map((workerId) => options.onForgotten(workerId)));
      return listed.flatMap((entry) => readEntry(entry, options.warn));
    },
    reserve: (runId, wanted) => reserve(both, [runId, wanted, LOST_AFTER_MS]),
    async setShares(runId, shares) {
      if (shares.length === 0) return;
      const fields = shares.flatMap(({ share, epoch, ackedSeq }) => [
        share,
        `${epoch}:${ackedSeq}`,
      ]);
      await setShares([keys.shares(runId)], [RUN_KEYS_TTL_MS, ...fields]);
    },
    async claimed(runId) {
      const fields = Object.entries(await redis.hgetall(keys.claims(runId)));
      return Object.fromEntries(
        fields
          .filter(([field]) => field.startsWith(CLAIMED_BY))
          .map(([field, count]) => [field.slice(CLAIMED_BY.length), Number(count)]),
      );
    },
    async release(runId) {
      const ofRun = [keys.shares(runId), keys.commands(runId), keys.claims(runId)];
      await release([...both, ...ofRun], [runId]);
    },
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
