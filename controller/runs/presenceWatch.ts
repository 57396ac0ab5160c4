import type { WorkerDirectory } from "../platform/ports.ts";

const POLL_EVERY_MS = 25;
/** A gap this long between polls means that we stood still ourselves. */
const STANDSTILL_MS = 1_000;

export interface PresenceOptions {
  directory: Pick<WorkerDirectory, "absent">;
  /** Nothing that is seen for a while after a failure of our own link says anything of workers. */
  patienceMs: number;
  /** Common clock. */
  nowMs(): number;
}

/**
 * Sees when connections of workers close. A process that is killed is seen here long before its
 * heartbeats are missed, so that it is known until when it can have sent. It says nothing of who is
 * lost: a worker whose connection is closed may live.
 */
export class PresenceWatch {
  readonly #options: PresenceOptions;
  /** Since when they were seen to be absent, common clock. */
  readonly #absentSinceMs = new Map<string, number>();
  #workerIds: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isPolling = false;
  #isClosed = false;
  #polledAtMs = Infinity;
  #blindUntilMs = -Infinity;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Watches these workers, and no others any more, until it is closed. */
  follow(workerIds: readonly string[]): void {
    this.#workerIds = [...new Set(workerIds)];
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setInterval(() => void this.#pollAlone(), POLL_EVERY_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  /**
   * True while nothing that is seen says anything of workers: our own link has failed lately, or we
   * stood still. A link that has never answered here says nothing of itself either.
   */
  get isBlind(): boolean {
    const hasAnswered = this.#polledAtMs !== Infinity;
    return hasAnswered && (this.#hasStoodStill || this.#options.nowMs() < this.#blindUntilMs);
  }

  get #hasStoodStill(): boolean {
    return this.#options.nowMs() - this.#polledAtMs > STANDSTILL_MS;
  }

  /**
   * When the worker was first seen to be absent, and has been ever since; null when it was not.
   * A heartbeat after that says that it lives without that connection: then its absence says nothing.
   */
  absentSinceMs(workerId: string, lastBeatMs: number | null): number | null {
    const sinceMs = this.#absentSinceMs.get(workerId) ?? null;
    return sinceMs === null || (lastBeatMs !== null && lastBeatMs >= sinceMs) ? null : sinceMs;
  }

  /** Our own link has failed: what was seen says nothing, nor will what is seen soon. */
  bePatient(): void {
    this.#absentSinceMs.clear();
    this.#blindUntilMs = this.#options.nowMs() + this.#options.patienceMs;
  }

  /** An answer that takes long must not let requests pile up. */
  async #pollAlone(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    await this.poll();
    this.#isPolling = false;
  }

  async poll(): Promise<void> {
    const { directory, nowMs } = this.#options;
    try {
      const { workerIds, atMs } = await directory.absent(this.#workerIds);
      // While we stood still, our link may have failed unnoticed.
      if (this.#hasStoodStill) this.bePatient();
      this.#polledAtMs = nowMs();
      if (nowMs() < this.#blindUntilMs) return;
      for (const workerId of this.#absentSinceMs.keys()) {
        if (!workerIds.includes(workerId)) this.#absentSinceMs.delete(workerId);
      }
      for (const workerId of workerIds) {
        if (!this.#absentSinceMs.has(workerId)) this.#absentSinceMs.set(workerId, atMs);
      }
    } catch {
      // The link's failure is told by whoever lists the workers.
      this.bePatient();
    }
  }
}
