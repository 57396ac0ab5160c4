import { describe, expect, test } from "vitest";
import { fromHdrV2 } from "../metrics/hdrHistogram.ts";
import { Histogram } from "../metrics/histogram.ts";
import { RunTotals } from "../metrics/summary.ts";
import { Intervals } from "./intervals.ts";
import { measuredSeconds, twoSteps } from "./reports.testing.ts";
import { chooseHistogram } from "./runHistogram.ts";

function intervalsOf(seconds: number, durationSeconds = seconds) {
  const intervals = new Intervals(durationSeconds);
  for (const record of measuredSeconds({ seconds })) intervals.add(record);
  return intervals.finish();
}

describe("intervals", () => {
  test("a short run has one for each second", () => {
    const intervals = intervalsOf(10);
    expect(intervals.map(({ fromSecond }) => fromSecond)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(intervals[3]).toMatchObject({ seconds: 1, sent: 40, answered: 40, failed: 2 });
  });

  test("a long one has 120 at most, of equal length but for the last", () => {
    const intervals = intervalsOf(250);
    expect(intervals).toHaveLength(84);
    expect(new Set(intervals.slice(0, -1).map(({ seconds }) => seconds))).toEqual(new Set([3]));
    expect(intervals.at(-1)).toMatchObject({ fromSecond: 249, seconds: 1 });
  });

  test("together they hold what the whole run holds", () => {
    const totals = new RunTotals();
    for (const record of measuredSeconds({ seconds: 250 })) totals.add(record);
    const sum = new Histogram();
    for (const { response } of intervalsOf(250)) sum.add(fromHdrV2(response));
    const whole = chooseHistogram(totals, twoSteps, { kind: "response" });
    expect(sum.counts).toEqual(whole?.counts);
  });

  test("a second without data is an interval in which nothing was sent", () => {
    const intervals = new Intervals(3);
    const [first, , third] = measuredSeconds({ seconds: 3 });
    for (const record of [first, third]) if (record !== undefined) intervals.add(record);
    expect(intervals.finish().map(({ sent }) => sent)).toEqual([40, 0, 40]);
  });

  test("what comes after the load, and the missing part of its last second, do not count", () => {
    const intervals = intervalsOf(5, 2.5);
    expect(intervals.map(({ seconds }) => seconds)).toEqual([1, 1, 0.5]);
  });
});
