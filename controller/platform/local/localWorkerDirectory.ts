import type { Claim, Grant } from "@onrush/shared/wire/claims.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import { LOST_AFTER_MS, type BeatReply, type Heartbeat } from "@onrush/shared/wire/heartbeat.ts";
import { LISTED_MS, type WorkerDirectory, type WorkerLabels } from "../ports.ts";
import { LocalClaims } from "./localClaims.ts";
import { LocalReservations } from "./localReservations.ts";
import { LocalStandings } from "./localStandings.ts";

/** Until an unseen worker is forgotten with its reservation. */
const REMEMBERED_MS = 60_000;

interface Entry {
  heartbeat: Heartbeat;
  /** 0 when the worker has left. */
  lastSeenMs: number;
}

export interface LocalWorkerDirectory extends WorkerDirectory {
  beat(heartbeat: Heartbeat): BeatReply;
  /** Throws, to be asked again, when the share is unknown though its run was not released. */
  claim(claim: Claim): Grant;
  leave(workerId: string): void;
  /** The pipe of these workers has closed. */
  disconnected(workerIds: Iterable<string>): void;
}

export interface LocalDirectoryOptions {
  /** The common clock. */
  nowUs(): number;
  keptCommands(runId: string): Command[];
  /** Whether anybody owns the run. */
  isOwned(runId: string): boolean;
  onReleased(runId: string): void;
  onForgotten(workerId: string): void;
}

/** The same rules as the scripts in `redis/directoryScripts.ts` and `redis/standingScripts.ts`. */
export function createLocalWorkerDirectory(options: LocalDirectoryOptions): LocalWorkerDirectory {
  const workers = new Map<string, Entry>();
  const connected = new Set<string>();
  const reservations = new LocalReservations();
  const standings = new LocalStandings();
  const claims = new LocalClaims();
  const nowMs = () => options.nowUs() / 1_000;
  const ageMs = (entry: Entry | undefined) => nowMs() - (entry?.lastSeenMs ?? 0);
  const seen = () => [...workers.values()].map((entry) => ({ ...entry, ageMs: ageMs(entry) }));
  const isFree = ({ state, shares, labels }: Heartbeat, wanted: WorkerLabels) =>
    state !== "draining" &&
    // What a worker still holds of a released run does not keep it busy.
    shares.every(({ runId, share }) => standings.of(runId, share).epoch === 0) &&
    Object.entries(wanted).every(([label, value]) => labels[label] === value);
  const reserveMore = async (runId: string, wanted: number, labels: WorkerLabels) =>
    reservations.take(
      runId,
      wanted,
      seen().filter(({ heartbeat }) => isFree(heartbeat, labels)),
    );
  const forget = (): void => {
    for (const [workerId, entry] of workers) {
      if (ageMs(entry) <= REMEMBERED_MS) continue;
      workers.delete(workerId);
      reservations.free(workerId);
      options.onForgotten(workerId);
    }
  };
  return {
    async list() {
      forget();
      const listed = seen().filter((worker) => worker.ageMs <= LISTED_MS);
      return listed.map(({ heartbeat, lastSeenMs }) => {
        const reservedFor = reservations.of(heartbeat.workerId);
        return { ...heartbeat, lastSeenMs, ...(reservedFor !== undefined && { reservedFor }) };
      });
    },
    async reserve(runId, wanted, labels) {
      const mine = reservations.workersOf(runId);
      return mine.length > 0 ? mine : reserveMore(runId, wanted, labels);
    },
    reserveMore,
    setShares: async (runId, token, shares) => standings.set(runId, token, shares),
    async fence(runId, token, handedOut) {
      const isSilent = (workerId: string) => ageMs(workers.get(workerId)) > LOST_AFTER_MS;
      const shares = standings.fence(runId, token, handedOut, isSilent);
      return { shares, atMs: Math.floor(nowMs()) };
    },
    absent: async (workerIds) => ({
      workerIds: workerIds.filter((workerId) => !connected.has(workerId)),
      atMs: nowMs(),
    }),
    async restore(runId, standing) {
      if (!standings.set(runId, standing.token, standing.shares)) return;
      for (const workerId of standing.workerIds) reservations.restore(runId, workerId);
      if (standing.claims !== undefined) claims.restore(runId, standing.claims);
    },
    async release(runId) {
      reservations.release(runId);
      standings.release(runId);
      claims.release(runId);
      options.onReleased(runId);
    },
    claims: async (runId) => claims.kept(runId),
    claim(claim) {
      const { epoch } = standings.of(claim.runId, claim.share);
      if (epoch === null) throw new Error(`share ${claim.share} is not known, claim again`);
      return claims.claim(claim, epoch === claim.epoch);
    },
    beat(heartbeat) {
      connected.add(heartbeat.workerId);
      workers.set(heartbeat.workerId, { heartbeat, lastSeenMs: Math.floor(nowMs()) });
      return reply(heartbeat, standings, options);
    },
    disconnected(workerIds) {
      for (const workerId of workerIds) connected.delete(workerId);
    },
    leave(workerId) {
      const entry = workers.get(workerId);
      if (entry !== undefined) entry.lastSeenMs = 0;
      reservations.free(workerId);
    },
  };
}

function reply(
  { shares }: Heartbeat,
  standings: LocalStandings,
  { keptCommands, isOwned }: LocalDirectoryOptions,
): BeatReply {
  const runIds = [...new Set(shares.map(({ runId }) => runId))];
  return {
    shares: shares.map(({ runId, share }) => ({ runId, share, ...standings.of(runId, share) })),
    commands: runIds.flatMap(keptCommands),
    owners: Object.fromEntries(runIds.map((runId) => [runId, isOwned(runId) ? "" : null])),
  };
}
