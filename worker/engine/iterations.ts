import { streamOfTurn } from "@onrush/shared/flow/compileFlow.ts";
import { thinkTimeUs, type ThinkTime } from "@onrush/shared/schedule/thinkTime.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { countUp, type Outcome, type RequestResult } from "../metrics/dueSecond.ts";
import type { Recorder } from "../metrics/recorder.ts";
import { FlowWalk, type FlowWatch, positionOf } from "./flowWalk.ts";
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
  flowWatch?: FlowWatch;
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
  /** Null where the operations simply follow each other. */
  readonly #walk: FlowWalk | null;
  /** For requests that are sent together. */
  readonly #parts: SlotPool;
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
    const { seed, flowWatch } = options;
    const { operations, flow } = options.program;
    this.#last = operations.length - 1;
    this.#walk = flow === null ? null : new FlowWalk(flow, seed, recorder, flowWatch);
    this.#parts = new SlotPool(Infinity, options.limit);
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
    const { program } = this.#options;
    program.leave(slot);
    for (const part of slot.flow?.parts ?? []) program.leave(part);
    slot.variables.length = 0;
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
    if (this.#walk === null) return this.#perform(slot, 0, dueUs, nowUs);
    if (this.#walk.begin(slot, dueUs)) return this.#performNext(slot, dueUs, nowUs);
    slot.endUs = nowUs;
    this.#end(slot);
  }

  /** The pause after an operation, microseconds. */
  thinkUs(slot: Slot, operation: number): number {
    const { program, seed } = this.#options;
    const { flow } = program;
    const thinkTime = flow === null ? this.#options.thinkTime : flow.thinkTimes[operation];
    if (thinkTime === null || thinkTime === undefined) return 0;
    return thinkTimeUs(thinkTime, seed, streamOfTurn(operation, slot.turn), slot.arrival);
  }

  /** When the next of those that think is due to go on. */
  get nextWakeUs(): number {
    return this.#thinking.nextUs;
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
      this.#continue(slot, dueUs);
    }
  }

  /** Gives up requests that are over their time. */
  cancelOverdue(nowUs: number): void {
    const isOver = (slot: Slot) => slot.deadlineUs <= nowUs;
    this.#slots.cancelWhere(isOver, TIMEOUT);
    this.#parts.cancelWhere(isOver, TIMEOUT);
  }

  /** Ends everything under way. */
  interrupt(): void {
    this.#slots.cancelWhere(() => true, INTERRUPTED);
    this.#parts.cancelWhere(() => true, INTERRUPTED);
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
    const whole = slot.parent ?? slot;
    if (outcome === "failed") whole.iterationFailed = true;
    if (outcome === "neutral") whole.iterationNeutral = true;
    if (outcome === "interrupted") whole.iterationInterrupted = true;
    if (this.#walk !== null) return this.#walkOn(this.#walk, slot, whole, outcome);
    const isOver = slot.operation === this.#last || !slot.hasExtracted;
    if (isOver || slot.iterationInterrupted) return this.#end(slot);
    this.#pause(slot, this.thinkUs(slot, slot.operation));
  };

  /** Of requests that were sent together the last to end goes on. */
  #walkOn(walk: FlowWalk, slot: Slot, whole: Slot, outcome: Outcome): void {
    const position = positionOf(whole);
    walk.ended(whole, slot.operation, outcome, slot.hasExtracted);
    if (slot !== whole) {
      slot.busy = false;
      whole.endUs = Math.max(whole.endUs, slot.endUs);
      if (--position.pending > 0) return;
    }
    if (whole.iterationInterrupted) return this.#end(whole);
    if (position.ends) {
      walk.leaveAll(whole);
      return this.#end(whole);
    }
    const thinkUs = this.thinkUs(whole, whole.operation);
    if (walk.advance(whole, whole.endUs + thinkUs)) this.#pause(whole, thinkUs);
    else this.#end(whole);
  }

  #pause(slot: Slot, thinkUs: number): void {
    if (thinkUs === 0) return this.#continue(slot, slot.endUs);
    slot.wakeUs = slot.endUs + thinkUs;
    slot.deadlineUs = Infinity;
    slot.cancel = this.#stopThinking;
    this.#thinking.push(slot.wakeUs, slot);
  }

  /**
   * The next request. Without a lease nothing is sent, so the iteration ends here; it is asked for
   * each, because a process can be frozen between two of a batch.
   */
  #continue(slot: Slot, dueUs: number): void {
    const atUs = this.leasedAtUs();
    if (atUs !== NO_LEASE) return this.#performNext(slot, dueUs, atUs);
    slot.iterationInterrupted = true;
    this.#end(slot);
  }

  #performNext(slot: Slot, dueUs: number, nowUs: number): void {
    if (this.#walk === null) return this.#perform(slot, slot.operation + 1, dueUs, nowUs);
    const next = this.#walk.take(slot);
    if (next.op === "request") this.#perform(slot, next.step, dueUs, nowUs);
    else this.#performTogether(slot, next.steps, dueUs);
  }

  /** What the lease runs out over is not sent. */
  #performTogether(slot: Slot, steps: readonly number[], dueUs: number): void {
    const position = positionOf(slot);
    position.pending = 0;
    slot.operation = steps[0] as number;
    // Each part has its own.
    slot.deadlineUs = Infinity;
    slot.cancel = null;
    for (const [i, step] of steps.entries()) {
      const atUs = this.leasedAtUs();
      if (atUs === NO_LEASE) {
        slot.iterationInterrupted = true;
        break;
      }
      if (i === 0) slot.endUs = atUs;
      position.pending++;
      const part = (position.parts[i] ??= this.#newPart(slot));
      part.busy = true;
      part.arrival = slot.arrival;
      part.user = slot.user;
      part.turn = slot.turn;
      this.#perform(part, step, dueUs, atUs);
    }
    if (position.pending === 0) this.#end(slot);
  }

  #newPart(slot: Slot): Slot {
    const part = this.#parts.take();
    if (part === undefined) throw new RangeError("there is a part for every request");
    part.parent = slot;
    part.variables = slot.variables;
    return part;
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
    const { keptVariables } = this.#options.program;
    if (slot.variables.length > keptVariables) slot.variables.length = keptVariables;
    this.#recorder.iteration(slot.iterationDueUs, outcome, slot.endUs - slot.iterationDueUs);
    this.onEnded(slot);
  }
}

export function iterationOutcomeOf(slot: Slot): Outcome {
  if (slot.iterationInterrupted) return "interrupted";
  if (slot.iterationFailed) return "failed";
  return slot.iterationNeutral ? "neutral" : "ok";
}

/** A request fails without an answer, or with a status of 400 and above, unless its name says otherwise. */
export function outcomeOf(slot: Slot, { outcomes }: Program): Outcome {
  if (slot.error === INTERRUPTED) return "interrupted";
  const named = slot.namedOutcome < 0 ? undefined : outcomes[slot.operation]?.[slot.namedOutcome];
  if (named !== undefined) return named.as;
  return slot.error !== "" || slot.status >= 400 ? "failed" : "ok";
}
