import { thinkTimeUs, type ThinkTime } from "@onrush/shared/schedule/thinkTime.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { countUp, type Outcome, type RequestResult } from "../metrics/dueSecond.ts";
import type { Recorder } from "../metrics/recorder.ts";
import { INTERRUPTED, type Program, TIMEOUT } from "./operation.ts";
import { type Slot, SlotPool } from "./slot.ts";
import { TimeHeap } from "./timeHeap.ts";

export interface IterationsOptions {
  program: Program;
  /** Slots at most. */
  limit: number;
  requestTimeoutUs: number;
  thinkTime: ThinkTime | null;
  seed: number;
}

/** Before every instant. */
export const NO_LEASE = -Infinity;

const noTotals = (): Omit<ShareTotals, "scheduled" | "endedMs"> => ({
  started: 0,
  dropped: {},
  iterations: { ok: 0, failed: 0, neutral: 0, interrupted: 0 },
  requests: { sent: 0, ok: 0, failed: 0, neutral: 0, interrupted: 0 },
});

/**
 * Takes iterations through the operations of a program, one request at a time each, and records
 * what becomes of them. What begins iterations, and what follows one, is a `LoadSource`'s business.
 * All times are microseconds from the start of the run.
 */
export class Iterations {
  /** Plain counters, independent of the recorder. */
  readonly totals = noTotals();
  /** Iterations begun and not ended. */
  running = 0;
  /** Called when an iteration is over: the slot is whose it was. */
  onEnded: (slot: Slot) => void = () => {};
  readonly #options: IterationsOptions;
  readonly #recorder: Recorder;
  readonly #slots: SlotPool;
  readonly #nowUs: () => number;
  readonly #last: number;
  #leaseUntilUs = -Infinity;
  /** Slots between two requests, by when the next is due. Stale when `wakeUs` says otherwise. */
  readonly #thinking = new TimeHeap<Slot>();
  /** Filled in anew for each request, so that recording makes no objects. */
  readonly #result: RequestResult = {
    ...{ step: 0, dueUs: 0, sentUs: 0, endUs: 0, status: 0, error: "" },
    ...{ beganUs: 0, writtenUs: 0, firstByteUs: 0, opened: null },
    ...{ checksPassed: 0, namedOutcome: -1 },
    outcome: "ok",
  };

  constructor(options: IterationsOptions, recorder: Recorder, nowUs: () => number) {
    this.#options = options;
    this.#recorder = recorder;
    this.#slots = new SlotPool(options.limit);
    this.#nowUs = nowUs;
    this.#last = options.program.operations.length - 1;
  }

  get limit(): number {
    return this.#slots.limit;
  }

  /** Until when anything may be sent. */
  set leaseUntilUs(us: number) {
    this.#leaseUntilUs = us;
  }

  hasLease(nowUs: number): boolean {
    return nowUs <= this.#leaseUntilUs;
  }

  /**
   * Now, by the clock, or NO_LEASE: asked before each begin, which happens at that instant, because
   * a process can be frozen in the middle of a batch and must send nothing of the rest when it wakes.
   */
  leasedAtUs(): number {
    const nowUs = this.#nowUs();
    return this.hasLease(nowUs) ? nowUs : NO_LEASE;
  }

  /** Undefined when all slots are taken. */
  take(): Slot | undefined {
    return this.#slots.take();
  }

  give(slot: Slot): void {
    this.#slots.give(slot);
  }

  /** A user is gone, and so is what it had of its own. */
  leave(slot: Slot): void {
    this.#options.program.leave(slot);
    this.#slots.give(slot);
  }

  drop(dueUs: number, reason: string, count = 1): void {
    if (count === 0) return;
    countUp(this.totals.dropped, reason, count);
    this.#recorder.dropped(dueUs, reason, count);
  }

  /**
   * Begins at `nowUs`, which `leasedAtUs` has told. `countsLateness` is false for what waited for
   * the target, not for the generator.
   */
  begin(slot: Slot, number: number, dueUs: number, nowUs: number, countsLateness: boolean): void {
    this.totals.started++;
    this.running++;
    this.#recorder.started(dueUs, countsLateness ? nowUs - dueUs : -1, nowUs);
    slot.arrival = number;
    slot.iterationDueUs = dueUs;
    slot.iterationFailed = false;
    slot.iterationNeutral = false;
    slot.iterationInterrupted = false;
    this.#perform(slot, 0, dueUs, nowUs);
  }

  /** The pause after an operation, microseconds. */
  thinkUs(slot: Slot, operation: number): number {
    const { thinkTime, seed } = this.#options;
    return thinkTime === null ? 0 : thinkTimeUs(thinkTime, seed, operation, slot.arrival);
  }

  /** Sends the next requests of those that have thought. */
  wake(nowUs: number): void {
    const thinking = this.#thinking;
    while (thinking.nextUs <= nowUs) {
      const dueUs = thinking.nextUs;
      const slot = thinking.pop();
      if (slot.wakeUs !== dueUs) continue;
      slot.wakeUs = -1;
      slot.cancel = null;
      this.#continue(slot, dueUs, nowUs);
    }
  }

  /** Gives up requests that are over their time. */
  cancelOverdue(nowUs: number): void {
    this.#slots.cancelWhere((slot) => slot.deadlineUs <= nowUs, TIMEOUT);
  }

  /** Ends everything under way. */
  interrupt(): void {
    this.#slots.cancelWhere(() => true, INTERRUPTED);
  }

  #perform(slot: Slot, operation: number, dueUs: number, nowUs: number): void {
    slot.beginRequest(operation, dueUs, nowUs);
    slot.deadlineUs = nowUs + this.#options.requestTimeoutUs;
    this.totals.requests.sent++;
    this.#recorder.wallAt(nowUs).step(operation).sent++;
    const target = this.#options.program.operations[operation];
    if (target === undefined) throw new RangeError(`there is no operation ${operation}`);
    target.perform(slot, this.#done);
  }

  readonly #done = (slot: Slot): void => {
    slot.cancel = null;
    const outcome = outcomeOf(slot, this.#options.program);
    this.totals.requests[outcome]++;
    this.#record(slot, outcome);
    if (outcome === "failed") slot.iterationFailed = true;
    if (outcome === "neutral") slot.iterationNeutral = true;
    if (outcome === "interrupted") slot.iterationInterrupted = true;
    const isOver = slot.operation === this.#last || !slot.hasExtracted;
    if (isOver || slot.iterationInterrupted) return this.#end(slot);
    const thinkUs = this.thinkUs(slot, slot.operation);
    if (thinkUs === 0) return this.#continue(slot, slot.endUs, slot.endUs);
    slot.wakeUs = slot.endUs + thinkUs;
    slot.deadlineUs = Infinity;
    slot.cancel = this.#stopThinking;
    this.#thinking.push(slot.wakeUs, slot);
  };

  /** The next request; without a lease nothing is sent, so the iteration ends here. */
  #continue(slot: Slot, dueUs: number, nowUs: number): void {
    if (this.hasLease(nowUs)) return this.#perform(slot, slot.operation + 1, dueUs, nowUs);
    slot.iterationInterrupted = true;
    this.#end(slot);
  }

  readonly #stopThinking = (slot: Slot): void => {
    slot.wakeUs = -1;
    slot.cancel = null;
    slot.endUs = this.#nowUs();
    slot.iterationInterrupted = true;
    this.#end(slot);
  };

  #record(slot: Slot, outcome: Outcome): void {
    const result = this.#result;
    result.step = slot.operation;
    result.dueUs = slot.dueUs;
    result.beganUs = slot.beganUs;
    result.sentUs = slot.sentUs;
    result.writtenUs = slot.writtenUs;
    result.firstByteUs = slot.firstByteUs;
    result.endUs = slot.endUs;
    result.opened = slot.opened;
    result.outcome = outcome;
    result.status = slot.status;
    result.error = slot.error;
    result.checksPassed = slot.checksPassed;
    result.namedOutcome = slot.namedOutcome;
    this.#recorder.request(result);
    const wall = this.#recorder.wallAt(slot.endUs).step(slot.operation);
    wall.completed++;
    wall.bytesSent += slot.bytesSent;
    wall.bytesReceived += slot.bytesReceived;
    wall.redirects += slot.redirects;
  }

  #end(slot: Slot): void {
    const outcome = iterationOutcomeOf(slot);
    this.totals.iterations[outcome]++;
    this.running--;
    slot.variables.length = 0;
    this.#recorder.iteration(slot.iterationDueUs, outcome, slot.endUs - slot.iterationDueUs);
    this.onEnded(slot);
  }
}

function iterationOutcomeOf(slot: Slot): Outcome {
  if (slot.iterationInterrupted) return "interrupted";
  if (slot.iterationFailed) return "failed";
  return slot.iterationNeutral ? "neutral" : "ok";
}

/** A request fails without an answer, or with a status of 400 and above, unless its name says otherwise. */
function outcomeOf(slot: Slot, { outcomes }: Program): Outcome {
  if (slot.error === INTERRUPTED) return "interrupted";
  const named = slot.namedOutcome < 0 ? undefined : outcomes[slot.operation]?.[slot.namedOutcome];
  if (named !== undefined) return named.as;
  return slot.error !== "" || slot.status >= 400 ? "failed" : "ok";
}
