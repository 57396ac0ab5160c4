import type { Claim, Grant } from "@onrush/shared/wire/claims.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import { LOST_AFTER_MS, type BeatReply, type Heartbeat } from "@onrush/shared/wire/heartbeat.ts";
import type { ShareEpoch, WorkerDirectory } from "../ports.ts";
import { LocalClaims } from "./localClaims.ts";

/** How long an unseen worker stays in `list`, and until it is forgotten with its reservation. */
const LISTED_MS = 10_000;
const REMEMBERED_MS = 60_000;

interface Entry {
  heartbeat: Heartbeat;
  /** 0 when the worker has left. */
  lastSeenMs: number;
}

export interface LocalWorkerDirectory extends WorkerDirectory {
  beat(heartbeat: Heartbeat): BeatReply;
  claim(claim: Claim): Grant;
  leave(workerId: string): void;
}

export interface LocalDirectoryOptions {
  /** The common clock. */
  nowUs(): number;
  keptCommands(runId: string): Command[];
  onReleased(runId: string): void;
  onForgotten(workerId: string): void;
}

type Shares = Map<string, Map<string, ShareEpoch>>;

/** The same rules as the scripts in `redis/directoryScripts.ts`. */
export function createLocalWorkerDirectory(options: LocalDirectoryOptions): LocalWorkerDirectory {
  const workers = new Map<string, Entry>();
  const reservations = new Map<string, string>();
  const shares: Shares = new Map();
  const claims = new LocalClaims();
  const ageMs = (entry: Entry) => options.nowUs() / 1_000 - entry.lastSeenMs;
  return {
    async list() {
      forget(workers, reservations, ageMs, options.onForgotten);
      return [...workers]
        .filter(([, entry]) => ageMs(entry) <= LISTED_MS)
        .map(([workerId, { heartbeat, lastSeenMs }]) => {
          const reservedFor = reservations.get(workerId);
          return { ...heartbeat, lastSeenMs, ...(reservedFor !== undefined && { reservedFor }) };
        });
    },
    async reserve(runId, wanted) {
      const mine = [...reservations].filter(([, run]) => run === runId).map(([id]) => id);
      if (mine.length > 0) return mine.sort();
      const free = [...workers]
        .filter(([id, entry]) => !reservations.has(id) && isEligible(entry, ageMs(entry)))
        .map(([id]) => id);
      const chosen = free.sort().slice(0, Math.max(0, wanted));
      for (const id of chosen) reservations.set(id, runId);
      return chosen;
    },
    async setShares(runId, changed) {
      const ofRun = shares.get(runId) ?? new Map<string, ShareEpoch>();
      for (const share of changed) ofRun.set(share.share, share);
      if (ofRun.size > 0) shares.set(runId, ofRun);
    },
    async release(runId) {
      for (const [id, run] of reservations) if (run === runId) reservations.delete(id);
      shares.delete(runId);
      claims.release(runId);
      options.onReleased(runId);
    },
    claimed: async (runId) => claims.claimed(runId),
    claim: (claim) =>
      claims.claim(claim, shares.get(claim.runId)?.get(claim.share)?.epoch === claim.epoch),
    beat(heartbeat) {
      const lastSeenMs = Math.floor(options.nowUs() / 1_000);
      workers.set(heartbeat.workerId, { heartbeat, lastSeenMs });
      return reply(heartbeat, shares, options.keptCommands);
    },
    leave(workerId) {
      const entry = workers.get(workerId);
      if (entry !== undefined) entry.lastSeenMs = 0;
      reservations.delete(workerId);
    },
  };
}

function isEligible(entry: Entry, ageMs: number): boolean {
  return ageMs <= LOST_AFTER_MS && entry.heartbeat.state !== "draining";
}

function forget(
  workers: Map<string, Entry>,
  reservations: Map<string, string>,
  ageMs: (entry: Entry) => number,
  onForgotten: (workerId: string) => void,
): void {
  for (const [workerId, entry] of workers) {
    if (ageMs(entry) <= REMEMBERED_MS) continue;
    workers.delete(workerId);
    reservations.delete(workerId);
    onForgotten(workerId);
  }
}

function reply(
  heartbeat: Heartbeat,
  shares: Shares,
  keptCommands: (runId: string) => Command[],
): BeatReply {
  const runIds = new Set(heartbeat.shares.map(({ runId }) => runId));
  return {
    shares: heartbeat.shares.map(({ runId, share }) => {
      const known = shares.get(runId)?.get(share);
      return { runId, share, epoch: known?.epoch ?? 0, ackedSeq: known?.ackedSeq ?? 0 };
    }),
    commands: [...runIds].flatMap(keptCommands),
  };
}
