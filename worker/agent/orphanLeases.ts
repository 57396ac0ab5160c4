import { setTimeout as pause } from "node:timers/promises";
import { LEASE_MS, ORPHAN_LEASE_MS } from "@onrush/shared/wire/heartbeat.ts";
import type { ShareSession } from "./shareSession.ts";

/** A lease that ends sooner is not left to the next regular heartbeat. */
const URGENT_MS = 300;
const AGAIN_AFTER_MS = 25;

export interface OrphanLeasesOptions {
  sessions(): readonly ShareSession[];
  beat(): Promise<void>;
  /** Monotonic. */
  nowUs(): number;
}

/**
 * While controllers do not see this worker's connection, which they take for its death, it sends
 * for a moment only: what they count as possibly sent ends there. Heartbeats at a quicker pace keep
 * it going meanwhile; a whole lease comes from an owner that sees nobody itself, or when the
 * connection stands again.
 */
export class OrphanLeases {
  readonly #options: OrphanLeasesOptions;
  #isSeen = true;
  #isHurrying = false;
  #closed = false;

  constructor(options: OrphanLeasesOptions) {
    this.#options = options;
  }

  /** How long an answer of the directory lets the engine send. */
  get leaseMs(): number {
    return this.#isSeen ? LEASE_MS : ORPHAN_LEASE_MS;
  }

  seen(isSeen: boolean): void {
    this.#isSeen = isSeen;
    const { sessions, nowUs, beat } = this.#options;
    if (isSeen) {
      // What fails is tried again by the regular turn.
      beat().catch(() => {});
      return;
    }
    const untilUs = nowUs() + ORPHAN_LEASE_MS * 1000;
    for (const session of sessions()) session.shortenLease(untilUs);
    this.hurry();
  }

  /** Beats one turn after another while leases are about to end because nobody sees us. */
  hurry(): void {
    if (!this.#isUrgent() || this.#isHurrying) return;
    this.#isHurrying = true;
    void this.#hurry().finally(() => (this.#isHurrying = false));
  }

  close(): void {
    this.#closed = true;
  }

  async #hurry(): Promise<void> {
    while (this.#isUrgent()) {
      await this.#options.beat().catch(() => {});
      if (this.#isUrgent()) await pause(AGAIN_AFTER_MS);
    }
  }

  #isUrgent(): boolean {
    if (this.#isSeen || this.#closed) return false;
    const { sessions, nowUs } = this.#options;
    const soonUs = nowUs() + URGENT_MS * 1000;
    return sessions().some((s) => s.phase !== "ended" && s.leaseUntilUs < soonUs);
  }
}
