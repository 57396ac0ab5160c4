import * as fc from "fast-check";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { histogramOf, latencyUs } from "./deltas.testing.ts";
import { fromHdrV2, toHdrV2, toHgrm } from "./hdrHistogram.ts";
import { Histogram } from "./histogram.ts";
import { latencyStats } from "./latencyStats.ts";

const lists = fc.array(latencyUs, { minLength: 1, maxLength: 50 });

describe("V2", () => {
  test("hdr-histogram-js reads the same counts and percentiles", () => {
    const histogram = histogramOf(Array.from({ length: 10_000 }, (_, i) => 100 + i * 7));
    const hdr = decodeFromCompressedBase64(toHdrV2(histogram));
    expect(hdr.totalCount).toBe(histogram.total);
    const { p50, p75, p90, p95, p99, p999 } = latencyStats(histogram);
    const theirs = [50, 75, 90, 95, 99, 99.9].map((p) => hdr.getValueAtPercentile(p) / 1000);
    expect(theirs).toEqual([p50, p75, p90, p95, p99, p999]);
  });

  test("comes back with the same counts", () => {
    fc.assert(
      fc.property(lists, (values) => {
        const histogram = histogramOf(values);
        expect(fromHdrV2(toHdrV2(histogram)).counts).toEqual(histogram.counts);
      }),
      { numRuns: 20 },
    );
  });

  test("an empty histogram stays empty", () => {
    expect(fromHdrV2(toHdrV2(new Histogram())).total).toBe(0);
  });

  test("what is no histogram is refused", () => {
    expect(() => fromHdrV2("bm8gaGlzdG9ncmFt")).toThrow();
  });
});

test(".hgrm has HdrHistogram's head and foot, in milliseconds", () => {
  const text = toHgrm(histogramOf([1_000, 2_000, 2_000, 10_000]));
  const lines = text.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^ +Value +Percentile TotalCount 1\/\(1-Percentile\)$/);
  expect(lines).toContainEqual(expect.stringMatching(/^ +10\.\d+ 1\.0+ +4$/));
  expect(text).toMatch(/#\[Max +=\s+10\.\d+, Total count +=\s+4\]/);
});
