import type { Task } from "@onrush/shared/wire/task.ts";
import type { ArrivalCursor } from "../../pacing/arrivalCursor.ts";
import { type Iterations, NO_LEASE } from "../iterations.ts";
import type { Slot } from "../slot.ts";
import { ArrivalQueue } from "./arrivalQueue.ts";
import type { LoadSource } from "./loadSource.ts";

/**
 * Arrivals that wait longer than this do not wait for the timer: a loop with many answers to take
 * comes round late. The ones before are left to it, as many at once cost less than one by one.
 */
const OVERDUE_US = 1_000;
/** An arrival that the generator itself is later with than this is dropped, not sent in a burst. */
const LATE_LIMIT_US = 1e6;

export interface ArrivalSourceOptions {
  cursor: ArrivalCursor;
  /** The end of the workload. */
  endUs: number;
  overload: Task["overload"];
  /** Arrival k belongs to device k mod devices; 0 when each is a fresh user. */
  devices: number;
}

/** The open model: everything due begins, whatever became of the ones before. */
export class ArrivalSource implements LoadSource {
  failure = "";
  readonly users = 0;
  readonly #options: ArrivalSourceOptions;
  readonly #iterations: Iterations;
  readonly #queue = new ArrivalQueue();
  #stoppedAtUs = Infinity;
  #beginning = false;

  constructor(options: ArrivalSourceOptions, iterations: Iterations) {
    this.#options = options;
    this.#iterations = iterations;
  }

  get nextDueUs(): number {
    return Math.min(this.#queue.nextDueUs, this.#options.cursor.nextDueUs);
  }

  get endUs(): number {
    return Math.min(this.#options.endUs, this.#stoppedAtUs);
  }

  get scheduled(): number {
    return this.#options.cursor.position;
  }

  stop(atUs: number): void {
    this.#stoppedAtUs = Math.min(this.#stoppedAtUs, atUs);
  }

  handBack(cutUs: number): void {
    this.stop(cutUs - 1);
  }

  release(nowUs: number): void {
    this.#expire(nowUs);
    this.#beginQueued();
    this.#beginDue(nowUs);
  }

  ended(slot: Slot): void {
    this.#iterations.give(slot);
    const nowUs = slot.endUs;
    const isOverdue = this.#options.cursor.nextDueUs < nowUs - OVERDUE_US;
    if (this.#queue.size === 0 && !isOverdue) return;
    // An answer can come while arrivals are begun: then what is due is being begun already.
    if (this.#beginning || !this.#iterations.hasLease(nowUs)) return;
    this.#expire(nowUs);
    this.#beginQueued();
    this.#beginDue(nowUs);
  }

  #beginDue(nowUs: number): void {
    const { cursor } = this.#options;
    const untilUs = Math.min(nowUs, this.#stoppedAtUs);
    this.#beginning = true;
    while (cursor.nextDueUs <= untilUs) {
      const dueUs = cursor.nextDueUs;
      const atUs = this.#iterations.leasedAtUs();
      if (atUs === NO_LEASE) this.#iterations.drop(dueUs, "lease");
      else if (nowUs - dueUs > LATE_LIMIT_US) this.#iterations.drop(dueUs, "late");
      else this.#begin(dueUs, cursor.nextArrival, atUs);
      cursor.advance();
    }
    this.#beginning = false;
  }

  giveUp(): void {
    this.#dropQueuedBefore(Infinity);
  }

  #beginQueued(): void {
    while (this.#queue.size > 0) {
      const atUs = this.#iterations.leasedAtUs();
      if (atUs === NO_LEASE) return;
      const slot = this.#iterations.take();
      if (slot === undefined) return;
      const dueUs = this.#queue.nextDueUs;
      // It waited for the target, not for the generator: that is no lateness.
      this.#beginOn(slot, dueUs, this.#queue.shift(), atUs, false);
    }
  }

  #begin(dueUs: number, arrival: number, atUs: number): void {
    const slot = this.#queue.size > 0 ? undefined : this.#iterations.take();
    if (slot !== undefined) return this.#beginOn(slot, dueUs, arrival, atUs, true);
    const { policy } = this.#options.overload;
    if (policy === "queue" && this.#queue.add(dueUs, arrival)) return;
    this.#iterations.drop(dueUs, "inFlightLimit");
    if (policy === "fail" && this.failure === "") {
      const limit = this.#iterations.limit;
      this.failure = `an arrival found all ${limit} places of an engine thread in flight (overload: fail)`;
    }
  }

  #beginOn(slot: Slot, dueUs: number, arrival: number, atUs: number, counts: boolean): void {
    const { devices } = this.#options;
    slot.user = devices === 0 ? arrival : arrival % devices;
    this.#iterations.begin(slot, arrival, dueUs, atUs, counts);
  }

  #expire(nowUs: number): void {
    this.#dropQueuedBefore(nowUs - this.#options.overload.maxDelayMs * 1000);
  }

  #dropQueuedBefore(us: number): void {
    while (this.#queue.size > 0 && this.#queue.nextDueUs < us) {
      const dueUs = this.#queue.nextDueUs;
      this.#queue.shift();
      this.#iterations.drop(dueUs, "queueExpired");
    }
  }
}
