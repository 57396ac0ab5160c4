import { WANT_ALL } from "@onrush/shared/wire/grantSize.ts";
import { type Iterations, NO_LEASE } from "../iterations.ts";
import type { Slot } from "../slot.ts";
import { TimeHeap } from "../timeHeap.ts";
import { type LoadSource, RETRY_US } from "./loadSource.ts";

/** A claim is to last about this long. */
const CLAIM_SECONDS = 1;

/** Who hands back works off what was claimed, for so long; claims of quick iterations last less. */
const WORK_OFF_US = 5_000_000;

export interface IterationSourceOptions {
  /** Users of this engine thread. */
  users: number;
  /** The workload's number of our user `local`. */
  userOf(local: number): number;
  startUs: number;
  /** What has not begun by then is dropped. */
  endUs: number;
  /** Asks for up to `want` iterations; the answer comes through `grant`. */
  claim(want: number): void;
}

/**
 * A number of iterations that users work off. Numbers are claimed in blocks before they begin, so
 * that fast threads and workers do more and none is done twice.
 */
export class IterationSource implements LoadSource {
  readonly failure = "";
  readonly #options: IterationSourceOptions;
  readonly #iterations: Iterations;
  /** Claimed numbers from `next` to before `end`, in the order of their claims. */
  #ranges: { next: number; end: number }[] = [];
  #available = 0;
  #exhausted = false;
  #claiming = false;
  #claimedAll = false;
  /** Users without an iteration, by when they are ready for one. */
  readonly #ready = new TimeHeap<Slot>();
  #begun = false;
  #present = 0;
  #stoppedAtUs = Infinity;
  #cutUs = Infinity;
  #lastEndUs: number;
  /** When there was something to do again after there had been nothing. */
  #grantedAtUs = -Infinity;
  #scheduled = 0;

  constructor(options: IterationSourceOptions, iterations: Iterations) {
    this.#options = options;
    this.#iterations = iterations;
    this.#lastEndUs = options.startUs;
    // Nothing to do for a thread without users.
    if (options.users === 0) this.#exhausted = true;
    else this.#claim(options.users * 2);
  }

  /** False until the first claim was answered. */
  get isPrepared(): boolean {
    return this.#exhausted || this.#available > 0;
  }

  get nextDueUs(): number {
    if (this.#isDone) return Infinity;
    // At the end of the time, what nobody has claimed is still to be dropped.
    return Math.min(this.#begun ? this.#ready.nextUs : this.#options.startUs, this.#limitUs - 1);
  }

  get endUs(): number {
    // What is under way has the graceful stop from where its time is up, not from the last end.
    const isOver = this.#isDone && this.#iterations.running === 0;
    return isOver ? Math.min(this.#lastEndUs, this.#limitUs) : this.#limitUs;
  }

  get scheduled(): number {
    return this.#scheduled;
  }

  get users(): number {
    return this.#present;
  }

  stop(atUs: number): void {
    this.#stoppedAtUs = Math.min(this.#stoppedAtUs, atUs);
  }

  /**
   * Claims no more. What was claimed is still ours, also after the cut, for nobody else will be
   * granted it. What has not begun when the time for that is over is dropped as late, and not left
   * uncounted as at a stop: the run goes on.
   */
  handBack(cutUs: number): void {
    this.#cutUs = Math.min(this.#cutUs, cutUs + WORK_OFF_US);
  }

  grant(first: number, count: number, nowUs: number): void {
    this.#claiming = false;
    if (count === 0 || this.#claimedAll) this.#exhausted = true;
    // Before the start nobody waits, and the run's clock does not count yet.
    if (this.#available === 0 && this.#begun) this.#grantedAtUs = nowUs;
    if (count > 0) this.#ranges.push({ next: first, end: first + count });
    this.#available += count;
    if (this.#begun) this.release(nowUs);
  }

  release(nowUs: number): void {
    if (nowUs >= this.#limitUs) return this.#endAll();
    if (nowUs < this.#options.startUs) return;
    if (!this.#begun) this.#comeAll();
    if (!this.#iterations.hasLease(nowUs)) return this.#postpone(nowUs);
    while (this.#available > 0 && this.#ready.nextUs <= nowUs) {
      const atUs = this.#iterations.leasedAtUs();
      if (atUs === NO_LEASE) return this.#postpone(nowUs);
      // Who had to wait for a claim is due since it was granted.
      const dueUs = Math.max(this.#ready.nextUs, this.#grantedAtUs);
      this.#begin(this.#ready.pop(), dueUs, atUs);
    }
    if (this.#exhausted && this.#available === 0) this.#leaveAll();
    else this.#claimAhead(nowUs);
  }

  ended(slot: Slot): void {
    this.#lastEndUs = Math.max(this.#lastEndUs, slot.endUs);
    const { endUs } = slot;
    const dueUs = endUs + this.#iterations.thinkUs(slot, slot.operation);
    const now = dueUs === endUs && endUs < this.#limitUs && this.#available > 0;
    const atUs = now ? this.#iterations.leasedAtUs() : NO_LEASE;
    if (atUs === NO_LEASE) this.#ready.push(dueUs, slot);
    else this.#begin(slot, endUs, atUs);
  }

  giveUp(): void {}

  get #limitUs(): number {
    return Math.min(this.#options.endUs, this.#stoppedAtUs, this.#cutUs);
  }

  get #isDone(): boolean {
    return this.#exhausted && this.#available === 0;
  }

  #comeAll(): void {
    this.#begun = true;
    this.#present = this.#options.users;
    for (let i = 0; i < this.#options.users; i++) {
      const slot = this.#iterations.take();
      if (slot === undefined) throw new RangeError("there are more users than slots");
      slot.user = this.#options.userOf(i);
      this.#ready.push(this.#options.startUs, slot);
    }
  }

  /** Without a lease nobody begins: users are ready again a little later. */
  #postpone(nowUs: number): void {
    while (this.#ready.nextUs <= nowUs) this.#ready.push(nowUs + RETRY_US, this.#ready.pop());
  }

  #begin(slot: Slot, dueUs: number, atUs: number): void {
    const range = this.#ranges[0] as { next: number; end: number };
    const number = range.next++;
    if (range.next === range.end) this.#ranges.shift();
    this.#available--;
    this.#scheduled++;
    this.#iterations.begin(slot, number, dueUs, atUs, true);
  }

  #claim(want: number): void {
    if (this.#claiming || this.#exhausted) return;
    this.#claiming = true;
    this.#claimedAll = want === WANT_ALL;
    this.#options.claim(want);
  }

  #claimAhead(nowUs: number): void {
    if (this.#cutUs < Infinity) {
      if (this.#available === 0 && !this.#claiming) this.#exhausted = true;
      return;
    }
    const seconds = Math.max(0.1, (nowUs - this.#options.startUs) / 1e6);
    const perClaim = Math.ceil((this.#scheduled / seconds) * CLAIM_SECONDS);
    const want = Math.max(this.#options.users * 2, perClaim);
    if (this.#available < want / 2) this.#claim(want);
  }

  /** The time is up: what nobody has begun is dropped, unless the run was stopped before. */
  #endAll(): void {
    const limitUs = this.#limitUs;
    if (limitUs === this.#stoppedAtUs && limitUs < this.#options.endUs) {
      this.#exhausted = true;
    } else if (limitUs === this.#cutUs) {
      this.#scheduled += this.#available;
      this.#iterations.drop(limitUs - 1, "late", this.#available);
      // What a claim under way will be granted is ours to drop, too.
      this.#exhausted = !this.#claiming;
    } else {
      this.#scheduled += this.#available;
      this.#iterations.drop(this.#options.endUs - 1, "maxDuration", this.#available);
      this.#claim(WANT_ALL);
    }
    this.#available = 0;
    this.#ranges = [];
    if (this.#exhausted) this.#leaveAll();
  }

  #leaveAll(): void {
    for (; this.#ready.size > 0; this.#present--) this.#iterations.leave(this.#ready.pop());
  }
}
