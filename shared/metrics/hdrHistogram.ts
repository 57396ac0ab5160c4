import { build, type Histogram as HdrHistogram } from "hdr-histogram-js";
import type { Histogram } from "./histogram.ts";
import { lowestAt, MAX_VALUE_US, SIGNIFICANT_DIGITS } from "./histogramLayout.ts";

/** The one file that knows hdr-histogram-js: our counts as its histogram, and what it computes. */

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

function toHdr(histogram: Histogram): HdrHistogram {
  const hdr = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_VALUE_US,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    bitBucketSize: 32,
    useWebAssembly: false,
  });
  const { counts, firstIndex, lastIndex } = histogram;
  for (let i = firstIndex; i <= lastIndex; i++) {
    const count = counts[i] as number;
    if (count !== 0) hdr.recordValueWithCount(lowestAt(i), count);
  }
  return hdr;
}

/**
 * The standard deviation over all values, in microseconds, each taken at the middle of its bucket:
 * what HdrHistogram's getStdDeviation computes, without its iterator, which costs 50 times more.
 */
function standardDeviationUs(histogram: Histogram): number {
  const { counts, firstIndex, lastIndex, total } = histogram;
  if (histogram.minUs === histogram.maxUs) return 0;
  const meanUs = histogram.sumUs / total;
  let squares = 0;
  for (let i = firstIndex; i <= lastIndex; i++) {
    const count = counts[i] as number;
    if (count === 0) continue;
    const middleUs = (lowestAt(i) + lowestAt(i + 1) - 1) / 2;
    squares += count * (middleUs - meanUs) ** 2;
  }
  return Math.sqrt(squares / total);
}

const toMs = (us: number) => Math.round(us) / 1000;

/** Average, minimum and maximum are exact; the rest is within the layout's 0.1 %. */
export function latencyStats(histogram: Histogram): LatencyStats {
  if (histogram.total === 0) {
    const zero = { count: 0, avg: 0, min: 0, max: 0, sd: 0 };
    return { ...zero, p50: 0, p75: 0, p90: 0, p95: 0, p99: 0, p999: 0 };
  }
  const hdr = toHdr(histogram);
  // A bucket's upper end may lie above the largest value recorded.
  const at = (percentile: number) =>
    toMs(Math.min(hdr.getValueAtPercentile(percentile), histogram.maxUs));
  return {
    count: histogram.total,
    avg: toMs(histogram.sumUs / histogram.total),
    min: toMs(histogram.minUs),
    max: toMs(histogram.maxUs),
    sd: toMs(standardDeviationUs(histogram)),
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
  };
}
