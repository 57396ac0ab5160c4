import { INTERRUPTED, type RunClock } from "../engine/operation.ts";
import type { Slot } from "../engine/slot.ts";

interface Waiting<Request> {
  /** Null once it was cancelled. */
  slot: Slot | null;
  request: Request;
  done: (slot: Slot) => void;
}

type Taken<Request> = Waiting<Request> & { slot: Slot };

/** Beyond this many taken ones the list is cut. */
const KEPT_TAKEN = 1024;

/** Requests that wait for a connection, in the order they came. Each can be cancelled meanwhile. */
export class WaitingRequests<Request> {
  readonly #clock: RunClock;
  /** Those that were cancelled have lost their slot. */
  #list: Waiting<Request>[] = [];
  readonly #bySlot = new Map<Slot, Waiting<Request>>();
  #first = 0;

  constructor(clock: RunClock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#bySlot.size;
  }

  add(slot: Slot, request: Request, done: (slot: Slot) => void): void {
    const waiting: Waiting<Request> = { slot, request, done };
    this.#list.push(waiting);
    this.#bySlot.set(slot, waiting);
    slot.cancel = this.#cancel;
  }

  /** The one that has waited longest. */
  next(): Taken<Request> | undefined {
    while (this.#first < this.#list.length) {
      const waiting = this.#list[this.#first++] as Waiting<Request>;
      if (this.#first > KEPT_TAKEN && this.#first * 2 > this.#list.length) {
        this.#list = this.#list.slice(this.#first);
        this.#first = 0;
      }
      const { slot } = waiting;
      if (slot === null) continue;
      this.#bySlot.delete(slot);
      return { ...waiting, slot };
    }
    return undefined;
  }

  /** As `next`; without a lease nothing is sent, so whatever waits then is interrupted. */
  nextToSend(): Taken<Request> | undefined {
    for (;;) {
      const next = this.next();
      if (next === undefined || this.#clock.maySend?.() !== false) return next;
      this.#end(next, INTERRUPTED);
    }
  }

  /** Fails the one that has waited longest. */
  failNext(error: string): void {
    const next = this.next();
    if (next !== undefined) this.#end(next, error);
  }

  #end({ slot, done }: Taken<Request>, error: string): void {
    slot.endUs = this.#clock.nowUs();
    slot.error = error;
    done(slot);
  }

  readonly #cancel = (slot: Slot, error: string): void => {
    const waiting = this.#bySlot.get(slot);
    if (waiting === undefined) return;
    this.#bySlot.delete(slot);
    waiting.slot = null;
    // With nobody left to wait, what was cancelled can go.
    if (this.#bySlot.size === 0) {
      this.#list = [];
      this.#first = 0;
    }
    this.#end({ ...waiting, slot }, error);
  };
}
