/** Heads longer than this are parsed each time. */
const MAX_BYTES = 1_024;
/** After so many misses in a row the head is taken to be another each time … */
const MISSES = 16;
/** … and looked at again only after so many more. */
const PAUSE = 1_024;

/** What a head that was parsed says. */
export interface ParsedHead {
  status: number;
  keepAlive: boolean;
  /** Body bytes that follow; -1 when something else than a length says where the body ends. */
  contentLength: number;
}

/**
 * The last head that the answers to one step had. Servers repeat theirs byte by byte until the
 * clock in it moves on, and comparing costs a fifth of parsing. Heads that are never the same twice
 * are no longer looked up after a while.
 */
export class HeadCache {
  #head: ParsedHead | undefined;
  readonly #bytes = Buffer.alloc(MAX_BYTES);
  #length = 0;
  #misses = 0;

  /** The length of the cached head if `bytes` begin with it at `from`, otherwise 0. */
  match(bytes: Uint8Array, from: number, to: number): number {
    const length = this.#length;
    if (length === 0 || this.#misses > MISSES || to - from < length) return 0;
    return this.#bytes.compare(bytes, from, from + length, 0, length) === 0 ? length : 0;
  }

  /** What the head that `match` has found says. */
  get head(): ParsedHead {
    if (this.#head === undefined) throw new RangeError("no head is cached");
    this.#misses = 0;
    return this.#head;
  }

  /** A head was parsed: the next one may be the same. */
  learn(bytes: Uint8Array, from: number, to: number, head: ParsedHead): void {
    if (++this.#misses > MISSES) {
      if (this.#misses > PAUSE) this.#misses = 0;
      return;
    }
    const length = to - from;
    if (length > MAX_BYTES) return;
    this.#bytes.set(bytes.subarray(from, to));
    this.#length = length;
    this.#head = head;
  }
}
