import { setTimeout as pause } from "node:timers/promises";
import type { Redis, RedisOptions } from "ioredis";
import type { RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { followStream } from "../local/followStream.ts";
import type { ReportStream, StreamEntry } from "../ports.ts";
import { ReplyReader } from "./replyReader.ts";
import { RefusedCommand, type Reply } from "./resp.ts";

/** So many merge together best: the sums of bits hold 85 (`shared/metrics/planeCounters.ts`). */
const BATCH_ENTRIES = 80;
/** Ends a read on a socket that died unnoticed; `stop` does not wait for it. */
const BLOCK_MS = 1_000;
/** Reports that follow each other closely are read together: each read costs as much as a report. */
const GATHER_MS = 20;
const RECONNECT_MS = 100;

export interface RedisReportStream extends ReportStream {
  /** Stops every reader. */
  close(): Promise<void>;
}

/** @param target where each reader opens a connection of its own, because reads block */
export function createRedisReportStream(
  redis: Redis,
  keys: RedisKeys,
  target: RedisOptions,
  warn: (text: string) => void,
): RedisReportStream {
  const readers = new Set<() => Promise<void>>();
  return {
    read(runId, position, handle) {
      const source = new StreamReader(target, keys.reports(runId));
      const next = (after: string, stopping: AbortSignal) => source.next(after, stopping);
      const unfollow = followStream({ next, warn }, position, handle);
      const stop = async () => {
        readers.delete(stop);
        const ended = unfollow();
        source.close();
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

class StreamReader {
  readonly #reader: ReplyReader;
  readonly #key: string;
  #lastMs = -Infinity;

  constructor(target: RedisOptions, key: string) {
    this.#reader = new ReplyReader(target);
    this.#key = key;
  }

  close(): void {
    this.#reader.close();
  }

  /** Waits as long as there is no connection; rejects what Redis refuses, and when `stopping`. */
  async next(after: string, stopping: AbortSignal): Promise<StreamEntry[]> {
    const signal = stopping;
    const sinceMs = performance.now() - this.#lastMs;
    // After a silence the first one does not wait.
    if (sinceMs < GATHER_MS) await pause(GATHER_MS - sinceMs, undefined, { signal });
    for (;;) {
      try {
        const entries = entriesOf(await this.#read(after), this.#key);
        if (entries.length > 0 && entries.length < BATCH_ENTRIES) this.#lastMs = performance.now();
        return entries;
      } catch (error) {
        if (stopping.aborted || error instanceof RefusedCommand) throw error;
        await pause(RECONNECT_MS, undefined, { signal });
      }
    }
  }

  #read(after: string): Promise<Reply> {
    const options = ["COUNT", BATCH_ENTRIES, "BLOCK", BLOCK_MS];
    return this.#reader.call(["XREAD", ...options, "STREAMS", this.#key, after]);
  }
}

/** Of `[[key, [[id, [field, report]], …]]]`, or null when nothing came. */
function entriesOf(reply: Reply, key: string): StreamEntry[] {
  const entries = partOf(partOf(reply, 0), 1);
  if (!Array.isArray(entries)) return [];
  return entries.map((entry) => {
    const id = partOf(entry, 0);
    const bytes = partOf(partOf(entry, 1), 1);
    const position = id instanceof Uint8Array ? String.fromCharCode(...id) : "";
    if (bytes instanceof Uint8Array) return { position, bytes };
    throw new RefusedCommand(`entry ${position} of ${key} has no report`);
  });
}

const partOf = (reply: Reply | undefined, place: number) =>
  Array.isArray(reply) ? reply[place] : undefined;

/** The smallest id above `position`. Sequence numbers have 64 bits. */
function nextId(position: string): string {
  const [ms = "0", sequence = "0"] = position.split("-");
  return `${ms}-${BigInt(sequence) + 1n}`;
}
