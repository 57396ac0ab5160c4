import type { Redis } from "ioredis";
import { redisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { filesOverHttp } from "../fileOverHttp.ts";
import type { CommonClock, ControllerLink } from "../ports.ts";
import { awaitReady, openConnection } from "./redisConnection.ts";
import { createRedisCommandSource } from "./redisCommandSource.ts";
import { createRedisDirectory } from "./redisDirectory.ts";
import { createRedisPresence } from "./redisPresence.ts";
import { createRedisReportSink } from "./redisReportSink.ts";
import { createRedisTaskSource } from "./redisTaskSource.ts";

export interface RedisControllerLinkOptions {
  url: string;
  /** The controller's. */
  prefix?: string;
  /** Added to every heartbeat. */
  labels?: Readonly<Record<string, string>>;
  /** What people should know: a lossy server setting, an outage. Default: a process warning. */
  warn?(text: string): void;
}

/**
 * Rejects within 5 s, saying what to do, when Redis does not answer, refuses the login or is too
 * old. Later, while Redis does not answer, `beat`, `leave` and `nowUs` reject at once; the others wait.
 */
export async function connectRedisControllerLink(
  options: RedisControllerLinkOptions,
): Promise<ControllerLink> {
  const { url, labels = {} } = options;
  const warn = options.warn ?? ((text: string) => process.emitWarning(text));
  const keys = redisKeys(options.prefix);
  const prompt = openConnection(url, "prompt", warn);
  await awaitReady(prompt, url, warn);
  // Heartbeats never queue behind large reports; subscribing takes a connection over.
  const patient = openConnection(url, "patient");
  const subscriber = openConnection(url, "patient");
  const closing = new AbortController();
  const tasks = createRedisTaskSource(patient, keys, warn);
  return {
    name: "redis",
    tasks,
    reports: createRedisReportSink(patient, keys, closing.signal),
    commands: createRedisCommandSource(subscriber, keys, warn, closing.signal),
    directory: createRedisDirectory(prompt, keys, labels),
    presence: createRedisPresence(subscriber, keys, closing.signal),
    clock: redisClock(prompt),
    files: filesOverHttp,
    // A Redis that went away may come back: it is never gone for good.
    onLost: () => undefined,
    async close() {
      closing.abort();
      await tasks.close();
      for (const redis of [prompt, patient, subscriber]) redis.disconnect();
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
