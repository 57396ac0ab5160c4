import type { Slot } from "./slot.ts";

/**
 * One compiled step. `perform` starts it and returns at once; it sets `slot.sentUs`, `endUs`,
 * `status` or `error` and the bytes, and calls `done(slot)` exactly once, never before `perform`
 * has returned. Until then `slot.cancel` ends it early.
 */
export interface Operation {
  perform(slot: Slot, done: (slot: Slot) => void): void;
}

/** The operations of an iteration with the resources they share. */
export interface Program {
  operations: readonly Operation[];
  /** Opens connections ahead of the start; what fails here fails again, and counts, in the run. */
  warmUp(connections: number): Promise<void>;
  connections(): number;
  /** The user on `slot` is gone: what it had of its own is closed. */
  leave(slot: Slot): void;
  close(): void;
}

/** Microseconds since the start of the run, for the operations. */
export interface RunClock {
  nowUs(): number;
}

/** Errors that say that the run ended first, not that the target failed. */
export const INTERRUPTED = "interrupted";
export const TIMEOUT = "timeout";
