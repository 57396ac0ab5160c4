import type { Redis } from "ioredis";
import { RUN_KEYS_TTL_MS, type RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { RunLease } from "../ports.ts";
import { defineScript } from "./defineScript.ts";
import { NOW_MS } from "./directoryScripts.ts";

/** `holds(id)`: whether KEYS[1], `<owner's id> <owner's url>`, names this owner. */
const HOLDS = `
local function holds(id)
  local value = redis.call('GET', KEYS[1])
  return value and string.match(value, '^(.*) ') == id
end
`;

/**
 * KEYS: lease, token counter. ARGV: owner's id, owner's url, ms. A token is never below the clock (ms),
 * so tokens keep growing when Redis comes back empty or with old data: stores and workers outlive it.
 */
const ACQUIRE = `${NOW_MS}${HOLDS}
if redis.call('EXISTS', KEYS[1]) == 1 and not holds(ARGV[1]) then return false end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
local token = math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, nowMs)
redis.call('SET', KEYS[2], string.format('%.0f', token))
return token
`;

/** KEYS: lease, asked to stop. ARGV as of ACQUIRE. Replies whether it is owned, and whether asked. */
const RENEW = `${HOLDS}
local owned = 0
if holds(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
  owned = 1
end
return { owned, redis.call('EXISTS', KEYS[2]) }
`;

const RELEASE = `${HOLDS}
if not holds(ARGV[1]) then return 0 end
return redis.call('DEL', KEYS[1])
`;

export function createRedisRunLease(redis: Redis, keys: RedisKeys): RunLease {
  const acquire = defineScript<number | null>(redis, "onrushAcquire", ACQUIRE);
  const renew = defineScript<[owned: number, stopAsked: number]>(redis, "onrushRenew", RENEW);
  const release = defineScript<number>(redis, "onrushReleaseLease", RELEASE);
  return {
    async acquire(runId, { id, url }, ttlMs) {
      const token = await acquire([keys.lease(runId), keys.leaseToken], [id, url, ttlMs]);
      return token ?? undefined;
    },
    async renew(runId, { id, url }, ttlMs) {
      const [owned, asked] = await renew(
        [keys.lease(runId), keys.stopAsked(runId)],
        [id, url, ttlMs],
      );
      return { owned: owned === 1, stopAsked: asked === 1 };
    },
    async release(runId, { id }) {
      await release([keys.lease(runId)], [id]);
    },
    async askStop(runId) {
      await redis.set(keys.stopAsked(runId), "1", "PX", RUN_KEYS_TTL_MS);
    },
  };
}
