import type { Redis } from "ioredis";

type Argument = string | number | Buffer;
export type Script<Reply> = (keys: readonly string[], args: readonly Argument[]) => Promise<Reply>;

/** Registers a Lua script under a name of its own; it runs in one round trip, sent by hash. */
export function defineScript<Reply>(redis: Redis, name: string, lua: string): Script<Reply> {
  redis.defineCommand(name, { lua });
  const run = Reflect.get(redis, name) as (...args: Argument[]) => Promise<Reply>;
  return (keys, args) => run.call(redis, keys.length, ...keys, ...args);
}
