import type { Redis } from "ioredis";
import type { RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { followStream } from "../local/followStream.ts";
import type { ReportStream, StreamEntry } from "../ports.ts";
import { orClosed } from "./orClosed.ts";

const BATCH_ENTRIES = 200;
/** Ends a read on a socket that died unnoticed; `stop` does not wait for it. */
const BLOCK_MS = 1_000;

export interface RedisReportStream extends ReportStream {
  /** Stops every reader. */
  close(): Promise<void>;
}

/** @param connect opens a patient connection, one for each reader because reads block */
export function createRedisReportStream(
  redis: Redis,
  keys: RedisKeys,
  connect: () => Redis,
  warn: (text: string) => void,
): RedisReportStream {
  const readers = new Set<() => Promise<void>>();
  return {
    read(runId, position, handle) {
      const reader = connect();
      const next = (after: string, stopping: AbortSignal) =>
        orClosed(nextBatch(reader, keys.reports(runId), after), stopping);
      const unfollow = followStream({ next, warn }, position, handle);
      const stop = async () => {
        readers.delete(stop);
        const ended = unfollow();
        reader.disconnect();
        await ended;
      };
      readers.add(stop);
      return stop;
    },
    async trim(runId, position) {
      await redis.xtrim(keys.reports(runId), "MINID", "=", nextId(position));
    },
    async remove(runId) {
      await redis.unlink(keys.reports(runId));
    },
    close: async () => void (await Promise.all([...readers].map((stop) => stop()))),
  };
}

async function nextBatch(reader: Redis, key: string, after: string): Promise<StreamEntry[]> {
  const reply = await reader.xreadBuffer(
    "COUNT",
    BATCH_ENTRIES,
    "BLOCK",
    BLOCK_MS,
    "STREAMS",
    key,
    after,
  );
  const entries = reply?.[0]?.[1] ?? [];
  return entries.map(([id, [, bytes]]) => {
    if (bytes === undefined) throw new Error(`entry ${id.toString()} of ${key} has no report`);
    return { position: id.toString(), bytes };
  });
}

/** The smallest id above `position`. Sequence numbers have 64 bits. */
function nextId(position: string): string {
  const [ms = "0", sequence = "0"] = position.split("-");
  return `${ms}-${BigInt(sequence) + 1n}`;
}
