import { Histogram } from "./histogram.ts";
import { addSparse, limitsOf, subtractSparse } from "./sparseHistogram.ts";

interface Part {
  encoded: Uint8Array[];
  minUs: number;
  maxUs: number;
}

/**
 * The histogram of a window that slides by seconds: what a second adds is merged once when it
 * comes and taken out once when it leaves. Counts are integers, so that it is exactly the histogram
 * that merging the window's seconds anew would give.
 */
export class WindowHistogram {
  readonly #all = new Histogram();
  readonly #parts = new Map<number, Part>();

  /**
   * More of a second that is in the window: all of it, or what came late. With null it is of a
   * second that never leaves, and only its counts are kept.
   */
  add(second: number | null, encoded: Uint8Array): void {
    addSparse(this.#all, encoded);
    const limits = second === null ? undefined : limitsOf(encoded);
    if (second === null || limits === undefined) return;
    let part = this.#parts.get(second);
    if (part === undefined) {
      part = { encoded: [], minUs: Infinity, maxUs: 0 };
      this.#parts.set(second, part);
    }
    // What came late is a view into memory that is about to be used again.
    part.encoded.push(encoded.slice());
    part.minUs = Math.min(part.minUs, limits.minUs);
    part.maxUs = Math.max(part.maxUs, limits.maxUs);
  }

  /** The second leaves the window. */
  remove(second: number): void {
    const part = this.#parts.get(second);
    if (part === undefined) return;
    this.#parts.delete(second);
    for (const encoded of part.encoded) subtractSparse(this.#all, encoded);
    this.#all.minUs = Infinity;
    this.#all.maxUs = 0;
    for (const { minUs, maxUs } of this.#parts.values()) {
      this.#all.minUs = Math.min(this.#all.minUs, minUs);
      this.#all.maxUs = Math.max(this.#all.maxUs, maxUs);
    }
  }

  /**
   * What `read` makes of the window's histogram, with values more that are of none of its seconds.
   * It must not keep the histogram.
   */
  read<T>(
    more: readonly { valueUs: number; count: number }[],
    read: (histogram: Histogram) => T,
  ): T {
    const { minUs, maxUs } = this.#all;
    for (const { valueUs, count } of more) this.#all.recordMany(valueUs, count);
    const result = read(this.#all);
    for (const { valueUs, count } of more) this.#all.recordMany(valueUs, -count);
    Object.assign(this.#all, { minUs, maxUs });
    return result;
  }
}
