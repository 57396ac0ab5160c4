import { endianness } from "node:os";

/** Blocks instead of one growing array: copying it would stall the server it keeps the truth of. */
const BLOCK_ENTRIES = 65_536;

export interface SecondCount {
  second: number;
  count: number;
}

/**
 * The exact arrival times of a server, in µs of the Unix clock, in the order of arrival.
 * Keeps the first `maxEntries`; what comes after is only counted (`dropped`).
 */
export class ArrivalLog {
  readonly #maxEntries: number;
  readonly #blocks: Float64Array[] = [];
  #block = new Float64Array(0);
  #received = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get received(): number {
    return this.#received;
  }

  get logged(): number {
    return Math.min(this.#received, this.#maxEntries);
  }

  get dropped(): number {
    return this.#received - this.logged;
  }

  /** Returns the arrival's number: 0, 1, 2, … */
  add(arrivedUs: number): number {
    const number = this.#received++;
    if (number >= this.#maxEntries) return number;
    const offset = number % BLOCK_ENTRIES;
    if (offset === 0) {
      this.#block = new Float64Array(BLOCK_ENTRIES);
      this.#blocks.push(this.#block);
    }
    this.#block[offset] = arrivedUs;
    return number;
  }

  /** A copy of the logged times as little-endian 64-bit floats. */
  toBytes(): Buffer {
    const blocks = this.#blocks.map((block) => Buffer.from(block.buffer));
    const bytes = Buffer.concat(blocks, this.logged * Float64Array.BYTES_PER_ELEMENT);
    return endianness() === "BE" ? bytes.swap64() : bytes;
  }

  /**
   * Logged arrivals per whole second since `originUs`, ascending, without the empty seconds;
   * `before` counts those earlier than the origin. before + counts = logged.
   */
  perSecond(originUs: number): { before: number; perSecond: SecondCount[] } {
    const counts = new Map<number, number>();
    let before = 0;
    for (let number = 0; number < this.logged; number += 1) {
      const second = Math.floor((this.#at(number) - originUs) / 1_000_000);
      if (second < 0) before += 1;
      else counts.set(second, (counts.get(second) ?? 0) + 1);
    }
    const perSecond = [...counts].map(([second, count]) => ({ second, count }));
    return { before, perSecond: perSecond.sort((a, b) => a.second - b.second) };
  }

  #at(number: number): number {
    return this.#blocks[Math.floor(number / BLOCK_ENTRIES)]?.[number % BLOCK_ENTRIES] ?? Number.NaN;
  }
}
