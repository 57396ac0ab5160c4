import type { Redis } from "ioredis";
import { beatReplySchema, type BeatReply, type HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import { workloadOf } from "@onrush/shared/wire/claims.ts";
import { WANT_ALL } from "@onrush/shared/wire/grantSize.ts";
import { RUN_KEYS_TTL_MS, type RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { Directory } from "../ports.ts";
import { BEAT, LEAVE } from "./beatScript.ts";
import { CLAIM } from "./claimScript.ts";
import { defineScript } from "./defineScript.ts";

type RunReply = [standings: (string | null)[], commands: string[]];

/** @param labels added to every heartbeat; its own win */
export function createRedisDirectory(
  redis: Redis,
  keys: RedisKeys,
  labels: Readonly<Record<string, string>>,
): Directory {
  const beat = defineScript<RunReply[]>(redis, "onrushBeat", BEAT);
  const leave = defineScript<number>(redis, "onrushLeave", LEAVE);
  const claim = defineScript<[string, string]>(redis, "onrushClaim", CLAIM);
  return {
    async beat(heartbeat) {
      const { workerId } = heartbeat;
      const stored = { ...heartbeat, labels: { ...labels, ...heartbeat.labels } };
      const runs = [...Map.groupBy(heartbeat.shares, ({ runId }) => runId)];
      const reply = await beat(
        [keys.workers, ...runs.flatMap(([runId]) => [keys.shares(runId), keys.commands(runId)])],
        [workerId, JSON.stringify(stored), ...runs.flatMap(([, held]) => pathsOf(held))],
      );
      return beatReplySchema.parse(readReply(runs, reply));
    },
    async claim({ runId, share, epoch, thread, request, want, limit, parts }) {
      const asked = want === WANT_ALL ? -1 : want;
      const [first, granted] = await claim(
        [keys.shares(runId), keys.claims(runId)],
        [share, epoch, thread, request, asked, limit, parts, workloadOf(share), RUN_KEYS_TTL_MS],
      );
      return { first: Number(first), count: Number(granted) };
    },
    async leave(workerId) {
      await leave([keys.workers, keys.reservations], [workerId]);
    },
  };
}

function pathsOf(held: readonly HeldShare[]): (string | number)[] {
  return [held.length, ...held.map(({ share }) => share)];
}

function readReply(
  runs: readonly [runId: string, held: HeldShare[]][],
  reply: readonly RunReply[],
): Record<keyof BeatReply, unknown[]> {
  const shares = runs.flatMap(([runId, held], run) =>
    held.map(({ share }, index) => {
      const standing = reply[run]?.[0][index] ?? "0:0";
      const [epoch, ackedSeq] = standing.split(":").map(Number);
      return { runId, share, epoch, ackedSeq };
    }),
  );
  const commands = reply.flatMap(([, kept]) => kept.map((text): unknown => JSON.parse(text)));
  return { shares, commands };
}
