import { type HeldShare, type ListedWorker, LOST_AFTER_MS } from "@onrush/shared/wire/heartbeat.ts";
import type { CommonTime } from "../platform/commonTime.ts";
import type { Logger } from "../platform/logger.ts";
import { PresenceWatch } from "./presenceWatch.ts";
import type { WorkerLink } from "../platform/ports.ts";

/** No heartbeat is judged for this long after our own link has failed. */
const PATIENCE_MS = 3_000;
/** A worker heard of so lately is still listed, unless whoever lists has forgotten everybody. */
const LISTED_FOR_MS = 8_000;

/** Sees by their heartbeats which of a run's workers live, and how far they are. */
export class WorkerWatch {
  /** Cumulative counts by share, from the latest heartbeats. */
  readonly held = new Map<string, HeldShare>();
  readonly #lastSeenMs = new Map<string, number>();
  /** Workers that are no longer listed; each is waited for once. */
  readonly #vanished = new Set<string>();
  readonly #runId: string;
  readonly #link: Pick<WorkerLink, "directory">;
  readonly #time: Pick<CommonTime, "nowMs">;
  readonly #logger: Logger;
  readonly #presence: PresenceWatch;
  #patientUntilMs = 0;

  constructor(
    runId: string,
    link: Pick<WorkerLink, "directory">,
    time: Pick<CommonTime, "nowMs">,
    logger: Logger,
  ) {
    this.#runId = runId;
    this.#link = link;
    this.#time = time;
    this.#logger = logger;
    this.#presence = new PresenceWatch({
      ...{ directory: link.directory, patienceMs: PATIENCE_MS },
      nowMs: () => time.nowMs(),
    });
  }

  /** What is known of a worker's end, common clock: null for what was never seen. */
  lastSeenOf(workerId: string): { lastBeatMs: number | null; absentMs: number | null } {
    const lastBeatMs = this.#lastSeenMs.get(workerId) ?? null;
    return { lastBeatMs, absentMs: this.#presence.absentSinceMs(workerId, lastBeatMs) };
  }

  /** Judges nobody for a while: heartbeats may be on their way. */
  bePatient(): void {
    this.#presence.bePatient();
    this.#patientUntilMs = this.#time.nowMs() + PATIENCE_MS;
  }

  close(): void {
    this.#presence.close();
  }

  /** Our own link has failed lately, or we stood still: nothing that is not heard says anything. */
  get isBlind(): boolean {
    return this.#presence.isBlind;
  }

  /** Workers that the directory knows of, as of now. */
  async listed(): Promise<ReadonlySet<string>> {
    return new Set((await this.#look()).map(({ workerId }) => workerId));
  }

  async #look(): Promise<ListedWorker[]> {
    const workers = await this.#link.directory.list();
    for (const { workerId, lastSeenMs, shares } of workers) {
      this.#lastSeenMs.set(workerId, lastSeenMs);
      this.#vanished.delete(workerId);
      for (const share of shares)
        if (share.runId === this.#runId) this.held.set(share.share, share);
    }
    return workers;
  }

  #heardLately(workerId: string, nowMs: number): boolean {
    const lastSeenMs = this.#lastSeenMs.get(workerId) ?? -Infinity;
    return !this.#vanished.has(workerId) && nowMs - lastSeenMs < LISTED_FOR_MS;
  }

  /** Those of `workerIds` that are lost; nobody while we cannot see for ourselves. */
  async lostOf(workerIds: readonly string[]): Promise<string[]> {
    this.#presence.follow(workerIds);
    try {
      const workers = await this.#look();
      const nowMs = this.#time.nowMs();
      const listed = new Set(workers.map(({ workerId }) => workerId));
      const vanished = workerIds.filter((id) => !listed.has(id) && this.#heardLately(id, nowMs));
      // They will be heard again, if they live.
      if (vanished.length > 0) this.#patientUntilMs = nowMs + PATIENCE_MS;
      for (const id of vanished) this.#vanished.add(id);
      // After a standstill of our own, too, heartbeats may be waiting to be read. How long ago this
      // was last asked says nothing of that: the run may have waited for its store meanwhile.
      if (nowMs < this.#patientUntilMs || this.#presence.isBlind) return [];
      const alive = workers.filter(({ lastSeenMs }) => nowMs - lastSeenMs <= LOST_AFTER_MS);
      const ids = new Set(alive.map(({ workerId }) => workerId));
      return [...new Set(workerIds)].filter((workerId) => !ids.has(workerId));
    } catch (error) {
      this.#patientUntilMs = this.#time.nowMs() + PATIENCE_MS;
      this.#logger.warn({ err: error, runId: this.#runId }, "cannot see the workers");
      return [];
    }
  }
}
