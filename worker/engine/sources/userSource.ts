import type { UserTimeline } from "@onrush/shared/schedule/userTimeline.ts";
import { type Iterations, NO_LEASE } from "../iterations.ts";
import type { Slot } from "../slot.ts";
import { TimeHeap } from "../timeHeap.ts";
import { type LoadSource, RETRY_US } from "./loadSource.ts";

export interface UserSourceOptions {
  timeline: UserTimeline;
  /** All users of the workload at its peak, also those of others. */
  users: number;
  /** From the beginning of an iteration to that of the next; 0 for as soon as it has ended. */
  paceUs: number;
  endUs: number;
  /** Where a take-over begins: who is there by then comes then, and nobody before. */
  fromUs: number;
  /** The round that users begin with. */
  firstRound: number;
}

/**
 * The closed model: users come and go along a curve, and each begins its next iteration when it
 * has ended the one before, has thought, and its pace allows. A user keeps its slot while it is
 * there; who has to go ends its iteration first. Iterations have the number user + users × round,
 * so that each has its own.
 */
export class UserSource implements LoadSource {
  readonly failure = "";
  readonly #options: UserSourceOptions;
  readonly #iterations: Iterations;
  readonly #users = new Map<number, Slot>();
  /** How many iterations users had begun when they went: they may come again. */
  readonly #rounds = new Map<number, number>();
  /** Users between two iterations, by when the next is due. Stale when `nextDueUs` says otherwise. */
  readonly #waiting = new TimeHeap<Slot>();
  #endUs: number;
  #stopped = false;
  #scheduled = 0;

  constructor(options: UserSourceOptions, iterations: Iterations) {
    this.#options = options;
    this.#iterations = iterations;
    this.#endUs = options.endUs;
  }

  get nextDueUs(): number {
    this.#forgetStale();
    const next = Math.min(this.#options.timeline.nextAtUs, this.#waiting.nextUs);
    return next < this.#endUs ? next : Infinity;
  }

  get endUs(): number {
    return this.#endUs;
  }

  get scheduled(): number {
    return this.#scheduled;
  }

  get users(): number {
    return this.#users.size;
  }

  stop(atUs: number): void {
    this.#endUs = Math.min(this.#endUs, atUs);
    this.#stopped = true;
  }

  handBack(cutUs: number): void {
    this.stop(cutUs);
  }

  release(nowUs: number): void {
    const { timeline } = this.#options;
    while (timeline.nextAtUs <= nowUs && timeline.nextAtUs < this.#endUs) {
      if (timeline.nextComes) this.#come(timeline.nextUser, timeline.nextAtUs);
      else this.#go(timeline.nextUser);
      timeline.advance();
    }
    for (;;) {
      this.#forgetStale();
      const dueUs = this.#waiting.nextUs;
      if (dueUs > nowUs || dueUs >= this.#endUs) break;
      const slot = this.#waiting.pop();
      const atUs = this.#iterations.leasedAtUs();
      if (atUs === NO_LEASE) this.#wait(slot, nowUs + RETRY_US);
      else this.#begin(slot, dueUs, atUs);
    }
    if (this.#stopped && nowUs >= this.#endUs) this.#leaveWaiting();
  }

  ended(slot: Slot): void {
    const { endUs } = slot;
    if (slot.leaving || endUs >= this.#endUs) return this.#leave(slot);
    const { paceUs } = this.#options;
    const thoughtUs = endUs + this.#iterations.thinkUs(slot, slot.operation);
    const dueUs = paceUs === 0 ? thoughtUs : Math.max(slot.iterationDueUs + paceUs, thoughtUs);
    const atUs = dueUs <= endUs ? this.#iterations.leasedAtUs() : NO_LEASE;
    if (atUs === NO_LEASE) this.#wait(slot, dueUs);
    else this.#begin(slot, endUs, atUs);
  }

  giveUp(): void {}

  #come(user: number, atUs: number): void {
    const known = this.#users.get(user);
    if (known !== undefined) {
      known.leaving = false;
      return;
    }
    const slot = this.#iterations.take();
    // The pool has a slot for every user.
    if (slot === undefined) throw new RangeError("there are more users than slots");
    slot.user = user;
    slot.round = this.#rounds.get(user) ?? this.#options.firstRound;
    slot.leaving = false;
    this.#users.set(user, slot);
    this.#wait(slot, Math.max(atUs, this.#options.fromUs));
  }

  #go(user: number): void {
    const slot = this.#users.get(user);
    if (slot === undefined) return;
    if (slot.nextDueUs >= 0) this.#leave(slot);
    else slot.leaving = true;
  }

  #leave(slot: Slot): void {
    slot.nextDueUs = -1;
    this.#users.delete(slot.user);
    this.#rounds.set(slot.user, slot.round);
    this.#iterations.leave(slot);
  }

  /** Users who were stopped between two iterations are there no more: they may be elsewhere. */
  #leaveWaiting(): void {
    for (; this.#waiting.size > 0; this.#forgetStale()) this.#leave(this.#waiting.pop());
  }

  #wait(slot: Slot, dueUs: number): void {
    slot.nextDueUs = dueUs;
    this.#waiting.push(dueUs, slot);
  }

  #begin(slot: Slot, dueUs: number, atUs: number): void {
    slot.nextDueUs = -1;
    this.#scheduled++;
    const number = slot.user + this.#options.users * slot.round++;
    this.#iterations.begin(slot, number, dueUs, atUs, true);
  }

  #forgetStale(): void {
    const waiting = this.#waiting;
    while (waiting.size > 0 && waiting.next.nextDueUs !== waiting.nextUs) waiting.pop();
  }
}
