import { endianness } from "node:os";

/** Blocks instead of one growing array: copying it would stall the server it keeps the truth of. */
const BLOCK_ENTRIES = 65_536;

/** One value for each of the first `maxEntries` arrivals, by its count; NaN for those without. */
export class ValueLog {
  readonly #maxEntries: number;
  readonly #blocks: Float64Array[] = [];

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  set(arrivalNumber: number, value: number): void {
    if (arrivalNumber >= this.#maxEntries) return;
    const at = Math.floor(arrivalNumber / BLOCK_ENTRIES);
    while (this.#blocks.length <= at) {
      this.#blocks.push(new Float64Array(BLOCK_ENTRIES).fill(Number.NaN));
    }
    (this.#blocks[at] as Float64Array)[arrivalNumber % BLOCK_ENTRIES] = value;
  }

  /** A copy of the first `entries` as little-endian 64-bit floats. */
  toBytes(entries: number): Buffer {
    const size = Float64Array.BYTES_PER_ELEMENT;
    const all = new Float64Array(entries).fill(Number.NaN);
    this.#blocks.forEach((block, at) => {
      const offset = at * BLOCK_ENTRIES;
      all.set(block.subarray(0, Math.max(0, entries - offset)), offset);
    });
    const bytes = Buffer.from(all.buffer, 0, entries * size);
    return endianness() === "BE" ? bytes.swap64() : bytes;
  }
}
