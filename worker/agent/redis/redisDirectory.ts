import type { Redis } from "ioredis";
import { beatReplySchema, type BeatReply, type HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import { workloadOf } from "@onrush/shared/wire/claims.ts";
import { WANT_ALL } from "@onrush/shared/wire/grantSize.ts";
import { RUN_KEYS_TTL_MS, type RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { Directory } from "../ports.ts";
import { BEAT, LEAVE } from "./beatScript.ts";
import { CLAIM } from "./claimScript.ts";
import { defineScript } from "./defineScript.ts";

type RunReply = [
  standings: (string | null)[],
  commands: string[],
  lease: string | null,
  released: string | null,
];

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
        [keys.workers, keys.workersSince, ...runs.flatMap(([runId]) => keysOf(keys, runId))],
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

function keysOf(keys: RedisKeys, runId: string): string[] {
  return [keys.shares(runId), keys.commands(runId), keys.lease(runId)];
}

function pathsOf(held: readonly HeldShare[]): (string | number)[] {
  return [held.length, ...held.map(({ share }) => share)];
}

function readReply(
  runs: readonly [runId: string, held: HeldShare[]][],
  reply: readonly RunReply[],
): Record<keyof BeatReply, unknown> {
  const shares = runs.flatMap(([runId, held], run) =>
    held.map(({ share }, index) => {
      const [standings, , , released] = reply[run] ?? [[]];
      return { runId, share, ...readStanding(standings[index] ?? null, released === "1") };
    }),
  );
  const commands = reply.flatMap(([, kept]) => kept.map((text): unknown => JSON.parse(text)));
  const owners = runs.map(([runId], run) => [runId, ownerUrl(reply[run]?.[2] ?? null)] as const);
  return { shares, commands, owners: Object.fromEntries(owners) };
}

function readStanding(standing: string | null, isReleased: boolean) {
  if (standing === null) return { epoch: isReleased ? 0 : null, ackedSeq: 0 };
  const [epoch, ackedSeq] = standing.split(":").map(Number);
  return { epoch, ackedSeq };
}

function ownerUrl(lease: string | null): string | null {
  return lease === null ? null : lease.slice(lease.lastIndexOf(" ") + 1);
}
