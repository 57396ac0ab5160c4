import type { Redis } from "ioredis";
import type { RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { Presence } from "../ports.ts";
import { orClosed } from "./orClosed.ts";

/**
 * A subscription to a channel of the worker's own, which Redis counts while the connection stands.
 *
 * @param redis the connection that subscribes
 */
export function createRedisPresence(redis: Redis, keys: RedisKeys, closing: AbortSignal): Presence {
  return {
    async show(workerId, onChange) {
      const channel = keys.presence(workerId);
      await orClosed(redis.subscribe(channel), closing);
      let isSeen = true;
      redis.on("close", () => {
        // Every attempt to connect again that fails ends in a close, too.
        if (isSeen && !closing.aborted) onChange(false);
        isSeen = false;
      });
      // Ready is not subscribed: it is seen again when Redis has said so.
      redis.on("ready", () => {
        redis.subscribe(channel).then(
          () => onChange((isSeen = true)),
          () => undefined,
        );
      });
    },
  };
}
