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
   * returned function is called. It waits for `handle` before the next batch. Transient failures
   * of the connection are retried.
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

export interface ShareEpoch {
  share: string;
  epoch: number;
  /** Highest seq merged and stored; 0 at first. */
  ackedSeq: number;
}

/** Which workers live, what they are reserved for, and how their shares stand. */
export interface WorkerDirectory {
  /** Every worker seen in the last 10 s, also those that may be dead (`lastSeenMs`). */
  list(): Promise<ListedWorker[]>;
  /**
   * Reserves up to `wanted` workers seen within 1,600 ms and reserved for nobody else: atomically
   * all that are returned, or none (empty) when not even one is free. Idempotent per run: a second
   * call returns the first one's workers.
   */
  reserve(runId: string, wanted: number): Promise<string[]>;
  /** Records epoch and acknowledged seq of shares; replaces what was recorded for them. */
  setShares(runId: string, shares: readonly ShareEpoch[]): Promise<void>;
  /** How many iterations each share of a run has claimed. */
  claimed(runId: string): Promise<Record<string, number>>;
  /** Ends reservations, shares, claims and commands of a run. */
  release(runId: string): Promise<void>;
}

/** Ownership of a run by one controller. */
export interface RunLease {
  /** A fencing token higher than every one before, or undefined while another owner holds it. */
  acquire(runId: string, ownerId: string, ttlMs: number): Promise<number | undefined>;
  /** False when the lease is no longer ours. */
  renew(runId: string, ownerId: string, ttlMs: number): Promise<boolean>;
  release(runId: string, ownerId: string): Promise<void>;
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
