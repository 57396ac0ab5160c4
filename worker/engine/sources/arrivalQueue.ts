/** Arrivals that may wait in one engine thread; more are dropped, whatever their delay. */
const MAX_QUEUED = 1_000_000;

/** Arrivals that wait for a free slot, in the order they fell due. */
export class ArrivalQueue {
  #dues: number[] = [];
  #arrivals: number[] = [];
  #first = 0;

  get size(): number {
    return this.#dues.length - this.#first;
  }

  /** When the oldest was due; Infinity when none waits. */
  get nextDueUs(): number {
    return this.size === 0 ? Infinity : (this.#dues[this.#first] as number);
  }

  /** False when it is full. */
  add(dueUs: number, arrival: number): boolean {
    if (this.size >= MAX_QUEUED) return false;
    this.#dues.push(dueUs);
    this.#arrivals.push(arrival);
    return true;
  }

  /** The number of the oldest. */
  shift(): number {
    const arrival = this.#arrivals[this.#first++];
    if (arrival === undefined) throw new RangeError("the queue is empty");
    if (this.#first > 1024 && this.#first * 2 > this.#dues.length) {
      this.#dues = this.#dues.slice(this.#first);
      this.#arrivals = this.#arrivals.slice(this.#first);
      this.#first = 0;
    }
    return arrival;
  }
}
