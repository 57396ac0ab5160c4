import type { Histogram } from "./histogram.ts";
import { highestAt } from "./histogramLayout.ts";

/** A share of a large count is exact to this, which is far below one value. */
const ROUNDING = 1e-6;

/** The value in microseconds that `percent` % of all values do not exceed (nearest rank); 0 when empty. */
export function percentileUs(histogram: Histogram, percent: number): number {
  const { counts, firstIndex, lastIndex, total, maxUs } = histogram;
  const rank = Math.max(1, Math.ceil((percent * total) / 100 - ROUNDING));
  let seen = 0;
  for (let i = firstIndex; i <= lastIndex; i++) {
    seen += counts[i] as number;
    // A bucket's upper end may lie above the largest value recorded.
    if (seen >= rank) return Math.min(highestAt(i), maxUs);
  }
  return maxUs;
}
