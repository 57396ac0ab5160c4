import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { encodeSparse, MAX_REPORTED } from "@onrush/shared/metrics/sparseHistogram.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import { expect, test } from "vitest";
import { checkHistograms } from "./checkHistograms.ts";

/** A snapshot whose lateness says that so many arrivals were begun in a second. */
function snapshotOf(values: number): Snapshot {
  const histogram = new Histogram();
  histogram.recordMany(5, values);
  const wall = { second: 0, inFlight: 0, users: 0, connections: 0, steps: [] };
  return {
    ...{ type: "snapshot", workerId: "w", share: "0/0", epoch: 1, seq: 1, watermark: 0 },
    ...{ due: [], wall: [{ ...wall, lateness: encodeSparse(histogram) }], health: [] },
  };
}

test("no share has millions of arrivals in a second: a thousand of them must still be readable", () => {
  expect(() => checkHistograms(snapshotOf(MAX_REPORTED))).not.toThrow();
  expect(() => checkHistograms(snapshotOf(MAX_REPORTED + 1))).toThrow(RangeError);
});
