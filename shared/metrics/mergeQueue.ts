import type { Histogram } from "./histogram.ts";
import { PlaneCounters } from "./planeCounters.ts";
import { addChecked } from "./sparseHistogram.ts";

/** How an encoded histogram comes into a dense one. */
export type AddHistogram = (into: Histogram, bytes: Uint8Array) => void;

/** Of about a hundred workers' reports: they wait in memory that is still near. */
const MAX_BYTES = 4_000_000;

/**
 * Encoded histograms on their way into dense ones, which are merged histogram by histogram: a
 * report touches dozens of dense histograms of 90 KB each, more than a core keeps near, so that
 * merging report by report takes up to twice as long. Whoever reads a dense histogram flushes
 * first. Only what `checkSparse` has passed may be added, because a flush must not fail.
 */
export class MergeQueue {
  readonly #waiting = new Map<Histogram, Uint8Array[]>();
  readonly #bits = new PlaneCounters();
  #bytes = 0;

  readonly add: AddHistogram = (into, bytes) => {
    if (bytes.length === 0) return;
    const waiting = this.#waiting.get(into);
    if (waiting === undefined) this.#waiting.set(into, [bytes]);
    else waiting.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_BYTES) this.flush();
  };

  flush(): void {
    if (this.#bytes === 0) return;
    for (const [into, waiting] of this.#waiting) {
      for (const bytes of waiting) {
        if (addChecked(into, bytes, this.#bits)) continue;
        into.total += this.#bits.moveInto(into.counts);
        addChecked(into, bytes, this.#bits);
      }
      into.total += this.#bits.moveInto(into.counts);
    }
    this.#waiting.clear();
    this.#bytes = 0;
  }
}
