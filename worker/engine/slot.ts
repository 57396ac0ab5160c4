import type { ConnectionPhases } from "@onrush/shared/metrics/phases.ts";

/**
 * One iteration in flight, or one user who is there. Slots are allocated once and used again, so that the hot path makes no
 * objects; operations write the outcome of their request into the slot and call `done(slot)`.
 * All times are microseconds from the start of the run.
 */
export class Slot {
  readonly index: number;
  busy = false;
  /** The workload's number of the arrival or iteration. */
  arrival = 0;
  /** The workload's number of the virtual user; a fresh one for each arrival of an open workload. */
  user = 0;
  /** Iterations its user has begun before this one. */
  round = 0;
  /** Its user goes when the iteration has ended. */
  leaving = false;
  /** When its user is due to begin the next iteration; -1 while one is under way. */
  nextDueUs = -1;
  /** Until when it pauses between two requests; -1 when it does not. */
  wakeUs = -1;
  /** Values that earlier requests of the iteration have extracted. */
  readonly variables: string[] = [];
  /** When the iteration was due. */
  iterationDueUs = 0;
  iterationFailed = false;
  iterationNeutral = false;
  iterationInterrupted = false;
  /** Program counter: the operation under way. */
  operation = 0;

  /** When this request was due: the arrival's due time, later steps from the end of the one before. */
  dueUs = 0;
  /** When it was begun: from here on it is the transport's. */
  beganUs = 0;
  /** When its bytes were handed to the connection; -1 while it waits for one. */
  sentUs = -1;
  /** When the kernel had all of them; -1 when the transport cannot tell. */
  writtenUs = -1;
  /** When the first bytes of the answer came; -1 before. */
  firstByteUs = -1;
  /** What opening the connection took, when this is the first request it carries. */
  opened: ConnectionPhases | null = null;
  endUs = 0;
  /** When it is given up. */
  deadlineUs = 0;
  /** HTTP status, 0 when there was no answer. */
  status = 0;
  /** Why there was no answer; empty when there was one. */
  error = "";
  bytesSent = 0;
  bytesReceived = 0;
  /** Where the answer redirects to; empty when it does not, or when nobody follows. */
  location = "";
  /** Redirects followed. */
  redirects = 0;
  /** One bit for each check that held. */
  checksPassed = 0;
  /** Which of the operation's outcomes it has come to by name; -1 for none. */
  namedOutcome = -1;
  /** False when the step was to extract variables and has not: the iteration cannot go on. */
  hasExtracted = true;
  /** Set while an operation is under way: ends it early, `done` follows. */
  cancel: ((slot: Slot, error: string) => void) | null = null;

  constructor(index: number) {
    this.index = index;
  }

  /** Prepares for the next request of the iteration. */
  beginRequest(operation: number, dueUs: number, beganUs: number): void {
    this.operation = operation;
    this.dueUs = dueUs;
    this.beganUs = beganUs;
    this.sentUs = -1;
    this.writtenUs = -1;
    this.firstByteUs = -1;
    this.opened = null;
    this.endUs = 0;
    this.status = 0;
    this.error = "";
    this.bytesSent = 0;
    this.bytesReceived = 0;
    this.location = "";
    this.redirects = 0;
    this.checksPassed = 0;
    this.namedOutcome = -1;
    this.hasExtracted = true;
    this.cancel = null;
  }
}

/** A fixed number of slots, made as they are first needed. */
export class SlotPool {
  readonly limit: number;
  readonly #all: Slot[] = [];
  readonly #free: Slot[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  get inFlight(): number {
    return this.#all.length - this.#free.length;
  }

  /** Undefined when all slots are in flight. */
  take(): Slot | undefined {
    let slot = this.#free.pop();
    if (slot === undefined) {
      if (this.#all.length >= this.limit) return undefined;
      slot = new Slot(this.#all.length);
      this.#all.push(slot);
    }
    slot.busy = true;
    return slot;
  }

  give(slot: Slot): void {
    slot.busy = false;
    slot.cancel = null;
    slot.nextDueUs = -1;
    slot.wakeUs = -1;
    this.#free.push(slot);
  }

  /** Ends whatever of the busy slots `isOver` picks; `done` of their operations follows. */
  cancelWhere(isOver: (slot: Slot) => boolean, error: string): void {
    for (const slot of this.#all) {
      if (slot.busy && slot.cancel !== null && isOver(slot)) slot.cancel(slot, error);
    }
  }
}
