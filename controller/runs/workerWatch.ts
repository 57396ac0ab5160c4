import type { ShareLoss } from "@onrush/shared/run/runMessages.ts";
import {
  type HeldShare,
  LEASE_MS,
  type ListedWorker,
  LOST_AFTER_MS,
} from "@onrush/shared/wire/heartbeat.ts";
import type { CommonTime } from "../platform/commonTime.ts";
import type { Logger } from "../platform/logger.ts";
import { PresenceWatch } from "./presenceWatch.ts";
import { LISTED_MS, type WorkerLink } from "../platform/ports.ts";

/** No heartbeat is judged for this long after our own link has failed. */
const PATIENCE_MS = 3_000;
/** A worker heard of so lately is still listed, unless it has left or was forgotten. */
const SURELY_LISTED_MS = 8_000;
/** By how much our common clock may be wrong: as much as a heartbeat's silence outlasts its lease. */
const CLOCK_SLACK_MS = LOST_AFTER_MS - LEASE_MS;

/** A worker as it was when it was last listed, common clock. */
interface Seen {
  lastBeatMs: number;
  /** After this no directory has heard it. */
  heardUntilMs: number;
  isDraining: boolean;
  isMissing: boolean;
  /** Once it is missing it is waited for until then. */
  patientUntilMs: number;
}

/** What is known of a worker's end, common clock. */
export type LastSeen = Required<Pick<ShareLoss, "lastBeatMs" | "leasedMs" | "absentMs">>;

/** Sees by their heartbeats which of a run's workers live, and how far they are. */
export class WorkerWatch {
  /** Cumulative counts by share, from the latest heartbeats. */
  readonly held = new Map<string, HeldShare>();
  readonly #seen = new Map<string, Seen>();
  /** When workers were last given a lease by ourselves, because there was no directory to ask. */
  readonly #leasedMs = new Map<string, number>();
  readonly #runId: string;
  readonly #link: Pick<WorkerLink, "directory">;
  readonly #time: Pick<CommonTime, "nowMs">;
  readonly #logger: Logger;
  readonly #presence: PresenceWatch;
  /** Which leases were given before, and by whom, is not known here. */
  readonly #sinceMs: number;
  #patientUntilMs = 0;
  /** The first failure to look since it has last succeeded. */
  #failedAtMs: number | undefined;

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
    this.#sinceMs = time.nowMs();
    this.#presence = new PresenceWatch({
      ...{ directory: link.directory, patienceMs: PATIENCE_MS },
      nowMs: () => time.nowMs(),
    });
  }

  lastSeenOf(workerId: string): LastSeen {
    const lastBeatMs = this.#seen.get(workerId)?.lastBeatMs ?? null;
    const leasedMs = this.#lastLeaseMs(workerId);
    const absentMs = this.#presence.absentSinceMs(workerId, leasedMs ?? lastBeatMs);
    return { lastBeatMs, leasedMs, absentMs };
  }

  /** Null while it was not heard since the run is ours: whoever had it may have given later ones. */
  #lastLeaseMs(workerId: string): number | null {
    const seen = this.#seen.get(workerId);
    if (seen === undefined || seen.lastBeatMs < this.#sinceMs) return null;
    return Math.max(seen.heardUntilMs, this.#leasedMs.get(workerId) ?? -Infinity);
  }

  /** The worker was given a lease by ourselves, just now. */
  leased(workerId: string): void {
    this.#leasedMs.set(workerId, this.#time.nowMs() + CLOCK_SLACK_MS);
  }

  /** Judges nobody for a while: heartbeats may be on their way. */
  bePatient(): void {
    this.#presence.bePatient();
    this.#patientUntilMs = this.#time.nowMs() + PATIENCE_MS;
  }

  /**
   * False while silence says nothing of workers. After a standstill of our own, too, heartbeats may
   * be waiting to be read. How long ago this was last asked says nothing of that: the run may have
   * waited for its store meanwhile.
   */
  get canJudge(): boolean {
    return this.#time.nowMs() >= this.#patientUntilMs && !this.#presence.isBlind;
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
    const workers = await this.#list();
    const missing = new Set(this.#seen.keys());
    for (const { workerId, lastSeenMs, state, shares } of workers) {
      missing.delete(workerId);
      this.#seen.set(workerId, {
        ...{ lastBeatMs: lastSeenMs, heardUntilMs: lastSeenMs },
        ...{ isDraining: state === "draining", isMissing: false, patientUntilMs: -Infinity },
      });
      for (const share of shares)
        if (share.runId === this.#runId) this.held.set(share.share, share);
    }
    for (const workerId of missing) this.#miss(workerId);
    this.#failedAtMs = undefined;
    return workers;
  }

  async #list(): Promise<ListedWorker[]> {
    try {
      return await this.#link.directory.list();
    } catch (error) {
      this.#failedAtMs ??= this.#time.nowMs();
      throw error;
    }
  }

  /** It is no longer listed: silent for long, or it has left, or the directory has forgotten it. */
  #miss(workerId: string): void {
    const seen = this.#seen.get(workerId);
    if (seen === undefined || seen.isMissing) return;
    const nowMs = this.#time.nowMs();
    const isGone = nowMs - seen.lastBeatMs < SURELY_LISTED_MS;
    // It may have been heard while we could not look: until the directory failed and forgot it, or
    // so long ago that it is not listed any more.
    const goneMs = this.#failedAtMs ?? (isGone ? nowMs : -Infinity);
    this.#seen.set(workerId, {
      ...{ ...seen, isMissing: true },
      heardUntilMs: Math.max(seen.lastBeatMs, nowMs - LISTED_MS, goneMs),
      // One that was about to leave has done so. Others will be heard again, if they live.
      patientUntilMs: isGone && !seen.isDraining ? nowMs + PATIENCE_MS : -Infinity,
    });
  }

  #isLost(workerId: string, nowMs: number): boolean {
    const seen = this.#seen.get(workerId);
    if (seen === undefined) return true;
    return seen.isMissing ? nowMs >= seen.patientUntilMs : nowMs - seen.lastBeatMs > LOST_AFTER_MS;
  }

  /** Those of `workerIds` that are lost; nobody while we cannot see for ourselves. */
  async lostOf(workerIds: readonly string[]): Promise<string[]> {
    this.#presence.follow(workerIds);
    try {
      await this.#look();
      const nowMs = this.#time.nowMs();
      if (!this.canJudge) return [];
      return [...new Set(workerIds)].filter((workerId) => this.#isLost(workerId, nowMs));
    } catch (error) {
      this.#patientUntilMs = this.#time.nowMs() + PATIENCE_MS;
      this.#logger.warn({ err: error, runId: this.#runId }, "cannot see the workers");
      return [];
    }
  }
}
