import type { Redis } from "ioredis";
import { RUN_KEYS_TTL_MS, type RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { ControlBus } from "../ports.ts";
import { defineScript } from "./defineScript.ts";

/**
 * Keeps a command and publishes it, both or neither. KEYS: the run's commands, the channel.
 * ARGV: type, token, command, life in ms.
 */
const SEND = `
for _, kept in ipairs(redis.call('HVALS', KEYS[1])) do
  if cjson.decode(kept).token > tonumber(ARGV[2]) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', KEYS[2], ARGV[3])
return 1
`;

/**
 * A command with a lower token than a kept one of its run is ignored: its sender owns the run no
 * more, which `renew` tells it.
 */
export function createRedisControlBus(redis: Redis, keys: RedisKeys): ControlBus {
  const send = defineScript<number>(redis, "onrushSend", SEND);
  return {
    async send(command) {
      const { runId, type, token } = command;
      const args = [type, token, JSON.stringify(command), RUN_KEYS_TTL_MS];
      await send([keys.commands(runId), keys.commandChannel], args);
    },
  };
}
