import type { Command } from "@onrush/shared/wire/commands.ts";
import type { ListedWorker } from "@onrush/shared/wire/heartbeat.ts";
import type { Task } from "@onrush/shared/wire/task.ts";

/**
 * How the controller reaches its workers. Each port has two implementations, `redis/` (BullMQ,
 * streams, pub/sub) and `local/` (workers are child processes), and one contract suite in
 * `e2e/contracts/`. The workers' side of the same wires is `worker/agent/ports.ts`.
 */

/** Hands tasks to workers: one queue per worker, a task is taken once and never held. */
export interface TaskQueue {
  assign(workerId: string, task: Task): Promise<void>;
  /** Takes back what a run still has waiting in a worker's queue. */
  discard(workerId: string, runId: string): Promise<void>;
}

export interface StreamEntry {
  /** Position in the stream, opaque and ascending. */
  position: string;
  bytes: Uint8Array;
}

/** One stream of reports per run, read only by the run's owner. */
export interface ReportStream {
  /**
   * Calls `handle` with batches, in order, from after `position` ("0" is the beginning) until the
   * returned function is called. It waits for `handle` before the next batch, and may read that
   * into the same memory: bytes are only to be used until `handle` has ended. Transient failures of
   * the connection are retried.
   */
  read(
    runId: string,
    position: string,
    handle: (entries: readonly StreamEntry[]) => void | Promise<void>,
  ): () => Promise<void>;
  /** Forgets everything up to and including `position`: it is merged and stored. */
  trim(runId: string, position: string): Promise<void>;
  remove(runId: string): Promise<void>;
}

/** Commands to all workers of a run, kept until the run is released. */
export interface ControlBus {
  send(command: Command): Promise<void>;
}

/** A share as it was handed out. */
export interface HandedOut {
  share: string;
  workerId: string;
  epoch: number;
}

export interface Fenced {
  /** Paths of the shares whose epoch was raised by one. */
  shares: string[];
  /** When that was, common clock. */
  atMs: number;
}

export interface Absent {
  workerIds: string[];
  /** When that was, common clock. */
  atMs: number;
}

/** What an owner writes again when a directory has come back empty. */
export interface RunStanding {
  token: number;
  workerIds: readonly string[];
  shares: readonly ShareEpoch[];
  /** Opens the run's claims, with these; without them they stay as they are. */
  claims?: KeptClaims;
}

/** What is known of the iterations that a run's shares have claimed. */
export interface KeptClaims {
  /** Share to how many it has claimed. */
  claimed: Readonly<Record<string, number>>;
  /** Workload to the first iteration that nobody has claimed. */
  next: Readonly<Record<number, number>>;
  /** `SHARE:EPOCH:THREAD` to `REQUEST FIRST COUNT` of its last claim, to answer it again. */
  answered: Readonly<Record<string, string>>;
}

export interface ShareEpoch {
  share: string;
  epoch: number;
  /** Highest seq merged and stored; 0 at first. */
  ackedSeq: number;
}

/** A worker is eligible when it has all of these labels. */
export type WorkerLabels = Readonly<Record<string, string>>;

/** How long an unseen worker stays in `list`. */
export const LISTED_MS = 10_000;

/** Which workers live, what they are reserved for, and how their shares stand. */
export interface WorkerDirectory {
  /**
   * Every worker seen in the last 10 s, also those that may be dead (`lastSeenMs`); not those that
   * have left.
   */
  list(): Promise<ListedWorker[]>;
  /**
   * Reserves up to `wanted` eligible workers that were seen within 1,600 ms, are reserved for
   * nobody else and hold no share: atomically all that are returned, or none (empty) when not even
   * one is free. Idempotent per run: a second call returns the first one's workers.
   */
  reserve(runId: string, wanted: number, labels: WorkerLabels): Promise<string[]>;
  /** As `reserve`, for a run that has workers already: answers only the ones it gets in addition. */
  reserveMore(runId: string, wanted: number, labels: WorkerLabels): Promise<string[]>;
  /**
   * Records epoch and acknowledged seq of shares; never lowers an epoch or, within one, a seq.
   * False, and nothing is recorded, when an owner with a higher token has written.
   */
  setShares(runId: string, token: number, shares: readonly ShareEpoch[]): Promise<boolean>;
  /**
   * Raises the epoch of those shares whose worker has been silent for more than 1,600 ms (or has
   * left), judged by the directory's own clock, so that its lease is over: from then on nothing of
   * them is sent. Shares of workers that were heard, and of other epochs, are left alone.
   */
  fence(runId: string, token: number, shares: readonly HandedOut[]): Promise<Fenced>;
  /**
   * Which of these workers have no connection open by which they show that they live: their process
   * is gone, or hears of it at once and then sends for 150 ms more at the most (`ORPHAN_LEASE_MS`).
   */
  absent(workerIds: readonly string[]): Promise<Absent>;
  /**
   * Writes again what an empty directory has forgotten; what is there stays. Opens the run's claims:
   * until then, and again when the directory may have forgotten some of them, every claim is refused.
   */
  restore(runId: string, standing: RunStanding): Promise<void>;
  /** What a run's shares have claimed; undefined while its claims are not open. */
  claims(runId: string): Promise<KeptClaims | undefined>;
  /** Ends reservations, shares, claims and commands of a run: its shares stand at epoch 0. */
  release(runId: string): Promise<void>;
}

/** A controller, as owner of runs. */
export interface RunOwner {
  id: string;
  /** Where workers reach it over HTTP, for example http://127.0.0.1:8080; told with heartbeats. */
  url: string;
}

export interface LeaseState {
  /** False when the lease is no longer ours: it ran out, or was forgotten. */
  owned: boolean;
  /** Some controller was asked to stop the run. */
  stopAsked: boolean;
}

/** Ownership of a run by one controller. */
export interface RunLease {
  /** A fencing token higher than every one before, or undefined while another owner holds it. */
  acquire(runId: string, owner: RunOwner, ttlMs: number): Promise<number | undefined>;
  renew(runId: string, owner: RunOwner, ttlMs: number): Promise<LeaseState>;
  release(runId: string, owner: RunOwner): Promise<void>;
  /** Tells whoever owns the run, or will, that it is to stop; kept until the run is released. */
  askStop(runId: string): Promise<void>;
}

/** The clock that all parts share, Unix microseconds. */
export interface CommonClock {
  nowUs(): Promise<number>;
}

/** Everything above, as one composition root hands it out. */
export interface WorkerLink {
  readonly name: "redis" | "local";
  readonly tasks: TaskQueue;
  readonly reports: ReportStream;
  readonly control: ControlBus;
  readonly directory: WorkerDirectory;
  readonly lease: RunLease;
  readonly clock: CommonClock;
  /** Rejects when the other side does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
