import type { Slot } from "../slot.ts";

/** Without a lease, users try again this much later. */
export const RETRY_US = 10_000;

/**
 * What begins the iterations of a share in one engine thread. It takes slots, begins iterations on
 * them and gets them back through `ended`. All times are microseconds from the start of the run.
 */
export interface LoadSource {
  /** When the oldest that is neither begun nor dropped is due; Infinity when there is none. */
  readonly nextDueUs: number;
  /** Where the load ends: as planned, at a stop, or when there was nothing left to do. */
  readonly endUs: number;
  /** Arrivals and iterations that fell due so far; of users, what they began. */
  readonly scheduled: number;
  /** Virtual users who are there; 0 when each arrival is a fresh one. */
  readonly users: number;
  /** Why the run must not go on; empty when it may. */
  readonly failure: string;
  /** Begins everything due. */
  release(nowUs: number): void;
  /** The iteration on `slot` is over. */
  ended(slot: Slot): void;
  /** Nothing due later than `atUs` begins. */
  stop(atUs: number): void;
  /**
   * Nothing due at `cutUs` or later begins: it is somebody else's. What is due before stays ours, and
   * so does what was claimed.
   */
  handBack(cutUs: number): void;
  /** Drops what still waits: the graceful stop is over. */
  giveUp(): void;
}
