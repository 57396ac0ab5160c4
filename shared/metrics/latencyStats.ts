import type { Histogram } from "./histogram.ts";
import { lowestAt, widthAt } from "./histogramLayout.ts";

/** Latency statistics in milliseconds; all 0 when nothing was recorded. */
export interface LatencyStats {
  count: number;
  avg: number;
  min: number;
  max: number;
  sd: number;
  p50: number;
  p75: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
}

const PER_MILLE = [500, 750, 900, 950, 990, 999] as const;

const toMs = (us: number) => Math.round(us) / 1000;

/**
 * The statistics of one pass over the counts. Average, minimum and maximum are exact; percentiles
 * (nearest rank: the value that at least that share of all values does not exceed) are the upper
 * end of their bucket as HdrHistogram reports them, so within 0.1 %; the standard deviation takes
 * each value at the middle of its bucket.
 */
export function latencyStats(histogram: Histogram): LatencyStats {
  const { counts, firstIndex, lastIndex, total, minUs, maxUs } = histogram;
  if (total === 0) {
    const zero = { count: 0, avg: 0, min: 0, max: 0, sd: 0 };
    return { ...zero, p50: 0, p75: 0, p90: 0, p95: 0, p99: 0, p999: 0 };
  }
  const meanUs = histogram.sumUs / total;
  // Whole thousandths, so that 99.9 % of 1000 is 999 and not 1000.
  const ranks = PER_MILLE.map((perMille) => Math.max(1, Math.ceil((perMille * total) / 1000)));
  const valuesUs: number[] = [];
  let seen = 0;
  let squares = 0;
  for (let i = firstIndex; i <= lastIndex; i++) {
    const count = counts[i] as number;
    if (count === 0) continue;
    seen += count;
    const lowestUs = lowestAt(i);
    const highestUs = lowestUs + widthAt(i) - 1;
    const middleUs = (lowestUs + highestUs) / 2;
    squares += count * (middleUs - meanUs) ** 2;
    // A bucket's upper end may lie above the largest value recorded.
    while (seen >= (ranks[valuesUs.length] ?? Infinity)) valuesUs.push(Math.min(highestUs, maxUs));
  }
  const [p50 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0] = valuesUs.map(toMs);
  return {
    count: total,
    avg: toMs(meanUs),
    min: toMs(minUs),
    max: toMs(maxUs),
    sd: minUs === maxUs ? 0 : toMs(Math.sqrt(squares / total)),
    ...{ p50, p75, p90, p95, p99, p999 },
  };
}
