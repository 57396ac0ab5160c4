import type { Redis } from "ioredis";
import { commandSchema } from "@onrush/shared/wire/commands.ts";
import type { RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { CommandSource } from "../ports.ts";
import { orClosed } from "./orClosed.ts";

/** @param redis a connection of its own; ioredis subscribes again after a reconnection */
export function createRedisCommandSource(
  redis: Redis,
  keys: RedisKeys,
  warn: (text: string) => void,
  closing: AbortSignal,
): CommandSource {
  return {
    async subscribe(handle) {
      redis.on("message", (_channel: string, text: string) => {
        const parsed = commandSchema.safeParse(readJson(text));
        if (parsed.success) handle(parsed.data);
        else warn(`a published command is unreadable: ${parsed.error.message}`);
      });
      await orClosed(redis.subscribe(keys.commandChannel), closing);
    },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
