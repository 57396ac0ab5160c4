import type { Redis } from "ioredis";
import { RUN_KEYS_TTL_MS, type RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { ReportSink } from "../ports.ts";
import { defineScript } from "./defineScript.ts";
import { orClosed } from "./orClosed.ts";

/**
 * Reports (one per share and second, about) that a stream keeps at least; Redis drops whole nodes of
 * its list beyond them. An owner trims what it has stored, so only a stream that nobody reads gets
 * there, and must not fill Redis: its oldest reports go. Whoever reads it later finds the gap in the
 * seqs of its shares.
 */
const KEPT_REPORTS = 200_000;

/** The life is renewed with each report: it only ends streams of runs that nobody removed. */
const APPEND = `
redis.call('XADD', KEYS[1], 'MAXLEN', '~', '${KEPT_REPORTS}', '*', 'r', ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/**
 * @param redis a patient connection: during an outage `append` waits, in order, and may after it
 * append twice; readers know replays by their seq
 * @param closing ends the waiting with a rejection
 */
export function createRedisReportSink(
  redis: Redis,
  keys: RedisKeys,
  closing: AbortSignal,
): ReportSink {
  const append = defineScript<number>(redis, "onrushAppend", APPEND);
  return {
    async append(runId, bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      await orClosed(append([keys.reports(runId)], [view, RUN_KEYS_TTL_MS]), closing);
    },
  };
}
