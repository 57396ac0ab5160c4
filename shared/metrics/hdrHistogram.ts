import { build, type Histogram as HdrHistogram } from "hdr-histogram-js";
import type { Histogram } from "./histogram.ts";
import { lowestAt, MAX_VALUE_US, SIGNIFICANT_DIGITS } from "./histogramLayout.ts";

/** The one file that knows hdr-histogram-js: our counts as its histogram. */
export function toHdr(histogram: Histogram): HdrHistogram {
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
