import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as HdrHistogram,
  JsHistogram,
} from "hdr-histogram-js";
import { Histogram } from "./histogram.ts";
import {
  COUNTS_LENGTH,
  highestAt,
  indexOf,
  lowestAt,
  MAX_VALUE_US,
  SIGNIFICANT_DIGITS,
} from "./histogramLayout.ts";

/** The one file that knows hdr-histogram-js: our counts as its histogram, and back. */
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

/** HdrHistogram's V2 encoding, compressed, as base64; values are microseconds. */
export function toHdrV2(histogram: Histogram): string {
  return encodeIntoCompressedBase64(toHdr(histogram));
}

/**
 * Reads what `toHdrV2` wrote: counts are the same, values are the lowest of their buckets. Throws
 * when it is not a V2 histogram, or has other buckets than ours.
 */
export function fromHdrV2(text: string): Histogram {
  const hdr = decodeFromCompressedBase64(text, 32, false);
  const hasOurBuckets =
    hdr instanceof JsHistogram &&
    hdr.numberOfSignificantValueDigits === SIGNIFICANT_DIGITS &&
    hdr.maxValue <= highestAt(COUNTS_LENGTH - 1);
  if (!hasOurBuckets) {
    throw new RangeError(`a histogram up to 1 h with ${SIGNIFICANT_DIGITS} digits is needed`);
  }
  const histogram = new Histogram();
  const last = hdr.totalCount === 0 ? -1 : indexOf(Math.min(hdr.maxValue, MAX_VALUE_US));
  for (let i = 0; i <= last; i++) histogram.recordMany(lowestAt(i), hdr.getCountAtIndex(i));
  return histogram;
}

/**
 * The percentile distribution as HdrHistogram prints it (`.hgrm`), values in milliseconds, for its
 * plotter and others.
 */
export function toHgrm(histogram: Histogram): string {
  return toHdr(histogram).outputPercentileDistribution(5, 1000);
}
