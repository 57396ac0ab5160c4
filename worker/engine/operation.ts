import type { OutcomeKind } from "@onrush/shared/condition/stepOutcomes.ts";
import type { FlowCode } from "@onrush/shared/flow/compileFlow.ts";
import type { Slot } from "./slot.ts";

/**
 * One compiled step. `perform` starts it and returns at once; it sets `slot.sentUs`, `endUs`,
 * `status` or `error` and the bytes, and calls `done(slot)` exactly once, never before `perform`
 * has returned. Until then `slot.cancel` ends it early.
 */
export interface Operation {
  perform(slot: Slot, done: (slot: Slot) => void): void;
}

/** An answer with a name of its own, and what it counts as. */
export interface NamedOutcome {
  name: string;
  as: OutcomeKind;
}

/** The operations of an iteration with the resources they share. */
export interface Program {
  operations: readonly Operation[];
  /** Names of the checks of each operation, by their bits in `slot.checksPassed`. */
  checks: readonly (readonly string[])[];
  /** What answers of each operation may be by name, by `slot.namedOutcome`. */
  outcomes: readonly (readonly NamedOutcome[])[];
  /** Null where the operations simply follow each other. */
  flow: FlowCode | null;
  /** Names of the variables, by their places in a slot. */
  variables: readonly string[];
  /** Of a slot's variables the first so many are kept from one iteration to the next. */
  keptVariables: number;
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
  /**
   * False while there is no lease. Asked by what sends later than the engine has begun it: a
   * request that waited for a connection, one more hop of a redirect.
   */
  maySend?(): boolean;
}

/** Errors that say that the run ended first, not that the target failed. */
export const INTERRUPTED = "interrupted";
export const TIMEOUT = "timeout";

/** Errors of requests that were answered: a check did not hold, a value could not be taken. */
export const CHECK = "check";
export const EXTRACT = "extract";
/** One of these, because the body was larger than what is kept of it. */
export const BODY_TOO_LARGE = "bodyTooLarge";
/** One of these, because the body was not what its Content-Encoding says. */
export const CONTENT_CODING = "contentCoding";
