/** Numbers are remembered up to here: two bits each, at most 25 MB. */
const DEFAULT_BOUND = 100_000_000;
const BLOCK_NUMBERS = 65_536;
const NUMBERS_PER_BYTE = 4;

/**
 * The numbers that clients gave their requests, remembered to find those sent twice. Holds whole
 * numbers below `bound`; any other text is only counted (`dropped`).
 */
export class ArrivalNumbers {
  readonly #bound: number;
  /** Two bits a number: 0 never seen, 1 seen once, 2 seen more often. */
  readonly #blocks = new Map<number, Uint8Array>();
  #distinct = 0;
  #doubles = 0;
  #dropped = 0;

  constructor(bound = DEFAULT_BOUND) {
    this.#bound = bound;
  }

  /** Different numbers seen. */
  get distinct(): number {
    return this.#distinct;
  }

  /** Numbers seen more than once, each counted once. */
  get doubles(): number {
    return this.#doubles;
  }

  get dropped(): number {
    return this.#dropped;
  }

  add(text: string): void {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : this.#bound;
    if (number >= this.#bound) {
      this.#dropped += 1;
      return;
    }
    const block = this.#blockOf(Math.floor(number / BLOCK_NUMBERS));
    const byte = Math.floor((number % BLOCK_NUMBERS) / NUMBERS_PER_BYTE);
    const shift = (number % NUMBERS_PER_BYTE) * 2;
    const bits = block[byte] ?? 0;
    const seen = (bits >> shift) & 3;
    if (seen === 2) return;
    if (seen === 0) this.#distinct += 1;
    else this.#doubles += 1;
    // 0 → 1 → 2 by addition; it never carries over into the next number.
    block[byte] = bits + (1 << shift);
  }

  #blockOf(index: number): Uint8Array {
    let block = this.#blocks.get(index);
    if (block === undefined) {
      block = new Uint8Array(BLOCK_NUMBERS / NUMBERS_PER_BYTE);
      this.#blocks.set(index, block);
    }
    return block;
  }
}
