import type { Redis } from "ioredis";
import type { RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { RunLease } from "../ports.ts";
import { defineScript } from "./defineScript.ts";

/**
 * KEYS: lease, token counter. ARGV: owner, ms. A lost counter starts again at the clock (ms), so
 * tokens keep growing even when Redis comes back empty: stores and workers outlive it.
 */
const ACQUIRE = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return false end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 0 then
  local time = redis.call('TIME')
  redis.call('SET', KEYS[2], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
end
return redis.call('INCR', KEYS[2])
`;

const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

export function createRedisRunLease(redis: Redis, keys: RedisKeys): RunLease {
  const acquire = defineScript<number | null>(redis, "onrushAcquire", ACQUIRE);
  const renew = defineScript<number>(redis, "onrushRenew", RENEW);
  const release = defineScript<number>(redis, "onrushReleaseLease", RELEASE);
  return {
    async acquire(runId, ownerId, ttlMs) {
      const token = await acquire([keys.lease(runId), keys.leaseToken], [ownerId, ttlMs]);
      return token ?? undefined;
    },
    async renew(runId, ownerId, ttlMs) {
      return (await renew([keys.lease(runId)], [ownerId, ttlMs])) === 1;
    },
    async release(runId, ownerId) {
      await release([keys.lease(runId)], [ownerId]);
    },
  };
}
