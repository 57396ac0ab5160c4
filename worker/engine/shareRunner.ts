import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { countUp, type Outcome, type RequestResult } from "../metrics/dueSecond.ts";
import { Recorder } from "../metrics/recorder.ts";
import type { ArrivalCursor } from "../pacing/arrivalCursor.ts";
import { INTERRUPTED, type Program, TIMEOUT } from "./operation.ts";
import { type Slot, SlotPool } from "./slot.ts";

/** An arrival that the generator itself is later with than this is dropped, not sent in a burst. */
const LATE_LIMIT_US = 1e6;

export interface RunnerOptions {
  cursor: ArrivalCursor;
  program: Program;
  maxInFlight: number;
  requestTimeoutUs: number;
  gracefulStopUs: number;
  /** The end of the workload, from the start of the run. */
  endUs: number;
}

export interface RunnerReport {
  watermark: number;
  due: DueDelta[];
  wall: WallDelta[];
  /** Set in the last report. */
  totals: ShareTotals | null;
}

const noTotals = (): ShareTotals => ({
  scheduled: 0,
  started: 0,
  dropped: {},
  iterations: { ok: 0, failed: 0, neutral: 0, interrupted: 0 },
  requests: { sent: 0, ok: 0, failed: 0, neutral: 0, interrupted: 0 },
});

/**
 * Runs one share in one engine thread: releases everything due in batches, never waits for an
 * answer, and reports second by second. All times are microseconds from the start of the run.
 *
 *   pacing ──(no arrival left, or stop)──▶ draining ──(all answered, or graceful stop over)──▶ over
 */
export class ShareRunner {
  readonly totals = noTotals();
  readonly #options: RunnerOptions;
  readonly #recorder: Recorder;
  readonly #slots: SlotPool;
  readonly #nowUs: () => number;
  #watermark = -1;
  #stoppedAtUs = Infinity;
  #over = false;
  /** Filled in anew for each request, so that recording makes no objects. */
  readonly #result: RequestResult = {
    ...{ step: 0, dueUs: 0, sentUs: 0, endUs: 0, status: 0, error: "" },
    checksPassed: 0,
    outcome: "ok",
  };

  constructor(options: RunnerOptions, nowUs: () => number) {
    this.#options = options;
    this.#slots = new SlotPool(options.maxInFlight);
    this.#recorder = new Recorder(options.program.checks);
    this.#nowUs = nowUs;
  }

  get inFlight(): number {
    return this.#slots.inFlight;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** No arrival due after `nowUs` is started; what is in flight may end. */
  stop(nowUs: number): void {
    this.#stoppedAtUs = Math.min(this.#stoppedAtUs, Math.max(0, nowUs));
  }

  /** Releases everything due. Without a valid lease nothing is sent. */
  release(nowUs: number, leaseValid: boolean): void {
    const { cursor } = this.#options;
    const untilUs = Math.min(nowUs, this.#stoppedAtUs);
    while (cursor.nextDueUs <= untilUs) {
      const dueUs = cursor.nextDueUs;
      if (!leaseValid) this.#drop(dueUs, "lease");
      else if (nowUs - dueUs > LATE_LIMIT_US) this.#drop(dueUs, "late");
      else this.#start(dueUs, cursor.nextArrival);
      cursor.advance();
    }
    const wall = this.#recorder.wallAt(nowUs);
    wall.inFlight = Math.max(wall.inFlight, this.inFlight);
    wall.connections = Math.max(wall.connections, this.#options.program.connections());
  }

  /** Gives up requests that are over their time, and all of them when the graceful stop is. */
  sweep(nowUs: number): void {
    const endUs = Math.min(this.#options.endUs, this.#stoppedAtUs);
    if (nowUs >= endUs + this.#options.gracefulStopUs) {
      this.#slots.cancelWhere(() => true, INTERRUPTED);
    } else {
      this.#slots.cancelWhere((slot) => slot.deadlineUs <= nowUs, TIMEOUT);
    }
  }

  /** A report when a second has passed or the share is over, otherwise undefined. */
  report(nowUs: number): RunnerReport | undefined {
    if (this.#over) return undefined;
    const { cursor, endUs } = this.#options;
    const loadEndUs = Math.min(endUs, this.#stoppedAtUs);
    if (nowUs >= loadEndUs && cursor.nextDueUs > loadEndUs && this.inFlight === 0) {
      return this.#finish(loadEndUs);
    }
    const pendingUs = nowUs < loadEndUs ? Math.min(nowUs, cursor.nextDueUs) : nowUs;
    const watermark = Math.floor(pendingUs / 1e6) - 1;
    if (watermark <= this.#watermark) return undefined;
    this.#watermark = watermark;
    return { watermark, ...this.#recorder.flush(watermark), totals: null };
  }

  /** Ends everything in flight now. */
  interrupt(): void {
    this.#slots.cancelWhere(() => true, INTERRUPTED);
  }

  #finish(loadEndUs: number): RunnerReport {
    this.#over = true;
    const last = Math.max(this.#watermark, Math.ceil(loadEndUs / 1e6) - 1);
    const totals = { ...this.totals, scheduled: this.#options.cursor.position };
    return { watermark: last, ...this.#recorder.flushAll(), totals };
  }

  #drop(dueUs: number, reason: string): void {
    countUp(this.totals.dropped, reason);
    this.#recorder.dropped(dueUs, reason);
  }

  #start(dueUs: number, arrival: number): void {
    const slot = this.#slots.take();
    if (slot === undefined) return this.#drop(dueUs, "inFlightLimit");
    const nowUs = this.#nowUs();
    this.totals.started++;
    this.#recorder.started(dueUs, nowUs - dueUs, nowUs);
    slot.arrival = arrival;
    slot.iterationDueUs = dueUs;
    slot.iterationFailed = false;
    slot.iterationInterrupted = false;
    this.#perform(slot, 0, dueUs, nowUs);
  }

  #perform(slot: Slot, operation: number, dueUs: number, nowUs: number): void {
    slot.beginRequest(operation, dueUs);
    slot.deadlineUs = nowUs + this.#options.requestTimeoutUs;
    this.totals.requests.sent++;
    this.#recorder.wallAt(nowUs).step(operation).sent++;
    const target = this.#options.program.operations[operation];
    if (target === undefined) throw new RangeError(`there is no operation ${operation}`);
    target.perform(slot, this.#done);
  }

  readonly #done = (slot: Slot): void => {
    slot.cancel = null;
    const outcome = outcomeOf(slot);
    this.totals.requests[outcome]++;
    this.#record(slot, outcome);
    if (outcome === "failed") slot.iterationFailed = true;
    if (outcome === "interrupted") slot.iterationInterrupted = true;
    const next = slot.operation + 1;
    const goesOn = !slot.iterationInterrupted && slot.hasExtracted;
    if (next < this.#options.program.operations.length && goesOn) {
      this.#perform(slot, next, slot.endUs, slot.endUs);
    } else {
      this.#endIteration(slot);
    }
  };

  #record(slot: Slot, outcome: Outcome): void {
    const result = this.#result;
    result.step = slot.operation;
    result.dueUs = slot.dueUs;
    result.sentUs = slot.sentUs;
    result.endUs = slot.endUs;
    result.outcome = outcome;
    result.status = slot.status;
    result.error = slot.error;
    result.checksPassed = slot.checksPassed;
    this.#recorder.request(result);
    const wall = this.#recorder.wallAt(slot.endUs).step(slot.operation);
    wall.completed++;
    wall.bytesSent += slot.bytesSent;
    wall.bytesReceived += slot.bytesReceived;
  }

  #endIteration(slot: Slot): void {
    const failed = slot.iterationFailed ? "failed" : "ok";
    const outcome: Outcome = slot.iterationInterrupted ? "interrupted" : failed;
    this.totals.iterations[outcome]++;
    this.#recorder.iteration(slot.iterationDueUs, outcome, slot.endUs - slot.iterationDueUs);
    slot.variables.length = 0;
    this.#slots.give(slot);
  }
}

/** A request fails without an answer, or with a status of 400 and above. */
function outcomeOf(slot: Slot): Outcome {
  if (slot.error === INTERRUPTED) return "interrupted";
  return slot.error !== "" || slot.status >= 400 ? "failed" : "ok";
}
