import type { Redis } from "ioredis";
import { LOST_AFTER_MS } from "@onrush/shared/wire/heartbeat.ts";
import {
  RUN_KEYS_TTL_MS,
  TOMBSTONE_TTL_MS,
  type RedisKeys,
} from "@onrush/shared/wire/redisKeys.ts";
import type { ShareEpoch, WorkerDirectory } from "../ports.ts";
import { defineScript } from "./defineScript.ts";
import { claimFields, readClaims } from "./claimFields.ts";
import { CLAIMS, FENCE, RELEASE, RESTORE, SET_SHARES } from "./standingScripts.ts";

/** Before the claims: they are to be opened. */
const OPEN = "open";

type FenceReply = [atMs: number, shares: string[]];

/** How the shares of runs stand: the part of the directory that owners write. */
export function createRedisStandings(
  redis: Redis,
  keys: RedisKeys,
): Pick<WorkerDirectory, "setShares" | "fence" | "restore" | "claims" | "release"> {
  const setShares = defineScript<number>(redis, "onrushSetShares", SET_SHARES);
  const fence = defineScript<FenceReply>(redis, "onrushFence", FENCE);
  const restore = defineScript<number>(redis, "onrushRestore", RESTORE);
  const claims = defineScript<string[] | null>(redis, "onrushClaims", CLAIMS);
  const release = defineScript<number>(redis, "onrushRelease", RELEASE);
  return {
    async setShares(runId, token, shares) {
      const args = [token, RUN_KEYS_TTL_MS, ...shares.flatMap(fields)];
      return (await setShares([keys.shares(runId)], args)) === 1;
    },
    async fence(runId, token, handedOut) {
      const given = handedOut.flatMap(({ share, workerId, epoch }) => [share, workerId, epoch]);
      const [atMs, shares] = await fence(
        [keys.shares(runId), keys.workers, keys.workersSince],
        [token, RUN_KEYS_TTL_MS, LOST_AFTER_MS, ...given],
      );
      return { shares, atMs };
    },
    async restore(runId, { token, workerIds, shares, claims: kept }) {
      const standings = shares.flatMap(fields);
      const claimed = kept === undefined ? [] : [OPEN, ...claimFields(kept)];
      const lists = [workerIds, standings, claimed].flatMap((list) => [list.length, ...list]);
      await restore(
        [keys.shares(runId), keys.reservations, keys.claims(runId)],
        [runId, token, RUN_KEYS_TTL_MS, ...lists],
      );
    },
    async claims(runId) {
      const reply = await claims([keys.claims(runId)], []);
      return reply === null ? undefined : readClaims(reply);
    },
    async release(runId) {
      const others = [keys.commands(runId), keys.claims(runId), keys.stopAsked(runId)];
      await release([keys.shares(runId), keys.reservations, ...others], [runId, TOMBSTONE_TTL_MS]);
    },
  };
}

function fields({ share, epoch, ackedSeq }: ShareEpoch): (string | number)[] {
  return [share, epoch, ackedSeq];
}
