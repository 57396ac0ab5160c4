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
  /** Values that earlier requests have extracted; what is sent together has them in common. */
  variables: string[] = [];
  /** When the iteration was due. */
  iterationDueUs = 0;
  iterationFailed = false;
  iterationNeutral = false;
  iterationInterrupted = false;
  /** Program counter: the operation under way. */
  operation = 0;
  /** How often repeats have begun again, so that each draws anew. */
  turn = 0;
  /** Where it is, if its steps do not simply follow each other. */
  flow: FlowPosition | null = null;
  /** The iteration that this one request of several is a part of. */
  parent: Slot | null = null;

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
  /** What it sends as Cookie, where its user keeps cookies. */
  cookies = "";
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

/** Where an iteration stands in its flow. Like the slot, made once and used again. */
export class FlowPosition {
  /** The next instruction. */
  next = 0;
  readonly counters: Int32Array;
  /** Requests of the iteration that were sent so far, and how many have failed. */
  requests = 0;
  failures = 0;
  /** True when a step says that the iteration ends with it. */
  ends = false;
  /** Requests under way of those that were sent together. */
  pending = 0;
  /** Slots for requests that are sent together; they stay with the iteration's slot. */
  readonly parts: Slot[] = [];
  /** The groups that it is in, the innermost last. */
  readonly #open: Int32Array;
  openCount = 0;
  /** By group: when it began, and after how much. */
  readonly #beganUs: Float64Array;
  readonly #requests: Int32Array;
  readonly #failures: Int32Array;

  constructor(counters: number, groups: number) {
    this.counters = new Int32Array(counters);
    this.#open = new Int32Array(groups);
    this.#beganUs = new Float64Array(groups);
    this.#requests = new Int32Array(groups);
    this.#failures = new Int32Array(groups);
  }

  reset(): void {
    this.next = 0;
    this.requests = 0;
    this.failures = 0;
    this.ends = false;
    this.pending = 0;
    this.openCount = 0;
  }

  enter(group: number, atUs: number): void {
    this.#open[this.openCount++] = group;
    this.#beganUs[group] = atUs;
    this.#requests[group] = this.requests;
    this.#failures[group] = this.failures;
  }

  /** The group that it was in. */
  leave(): number {
    return this.#open[--this.openCount] as number;
  }

  beganUs(group: number): number {
    return this.#beganUs[group] as number;
  }

  hasRequests(group: number): boolean {
    return this.requests > (this.#requests[group] as number);
  }

  hasFailed(group: number): boolean {
    return this.failures > (this.#failures[group] as number);
  }
}

/** A fixed number of slots, made as they are first needed. */
export class SlotPool {
  readonly limit: number;
  readonly #firstIndex: number;
  readonly #all: Slot[] = [];
  readonly #free: Slot[] = [];

  constructor(limit: number, firstIndex = 0) {
    this.limit = limit;
    this.#firstIndex = firstIndex;
  }

  get inFlight(): number {
    return this.#all.length - this.#free.length;
  }

  /** Undefined when all slots are in flight. */
  take(): Slot | undefined {
    let slot = this.#free.pop();
    if (slot === undefined) {
      if (this.#all.length >= this.limit) return undefined;
      slot = new Slot(this.#firstIndex + this.#all.length);
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
