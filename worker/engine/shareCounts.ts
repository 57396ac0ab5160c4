/**
 * Iterations, cumulative: `ended` are those of `started` that are no longer in flight. `requests`
 * are those that were sent in them.
 */
export interface Counts {
  started: number;
  ended: number;
  dropped: number;
  requests: number;
}

/** Places of a thread, in the order in which they are read. */
const PLACES = 4;

/**
 * How many iterations of a share its engine threads have started, ended and dropped, and how many
 * requests they have sent, in memory that they share with the agent: a heartbeat tells them as they are when it is made.
 */
export class ShareCounts {
  readonly #cells: BigInt64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new BigInt64Array(memory);
  }

  static memoryFor(threads: number): SharedArrayBuffer {
    return new SharedArrayBuffer(PLACES * threads * BigInt64Array.BYTES_PER_ELEMENT);
  }

  write(thread: number, { started, ended, dropped, requests }: Counts): void {
    // Dropped first, and read last: who reads meanwhile may see drops without the starts after
    // them, never starts without the drops before. Requests before all, so that an iteration is
    // never seen to have ended without its requests.
    Atomics.store(this.#cells, PLACES * thread + 3, BigInt(requests));
    Atomics.store(this.#cells, PLACES * thread + 2, BigInt(dropped));
    Atomics.store(this.#cells, PLACES * thread + 1, BigInt(started));
    Atomics.store(this.#cells, PLACES * thread, BigInt(ended));
  }

  /** Of all threads. */
  read(): Counts {
    const ended = this.#sum(0);
    const started = this.#sum(1);
    const dropped = this.#sum(2);
    return { started, ended, dropped, requests: this.#sum(3) };
  }

  #sum(place: number): number {
    let sum = 0n;
    for (let i = place; i < this.#cells.length; i += PLACES) sum += Atomics.load(this.#cells, i);
    return Number(sum);
  }
}
