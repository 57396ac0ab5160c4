import { describe, expect, test } from "vitest";
import { latencyStats } from "../../metrics/latencyStats.ts";
import { viewSecond } from "../../metrics/viewSecond.ts";
import { measuredRun, measuredSeconds, twoSteps } from "../reports.testing.ts";
import { ReportCollector } from "./reportPoints.ts";
import { loadedPoints } from "./timeCharts.ts";

function seriesOf(seconds: number) {
  const collector = new ReportCollector(twoSteps, seconds);
  for (const record of measuredSeconds({ seconds })) collector.add(record, 20);
  return collector.finish();
}

describe("the points of a report's charts", () => {
  test("of a short run are its seconds", () => {
    const records = measuredSeconds({ seconds: 5 });
    const { points } = seriesOf(5);
    expect(points).toEqual(
      records.map((record) => {
        const { workers: _, ...view } = viewSecond(record, twoSteps, 20);
        return { ...view, seconds: 1 };
      }),
    );
  });

  test("of a long one are few, and merged: no percentile is an average of percentiles", () => {
    const { points } = seriesOf(600);
    expect(points).toHaveLength(200);
    const [point] = points;
    // Three seconds at once: the same as one second with all of their requests.
    const three = measuredRun({ seconds: 3 }).summary;
    expect(point).toMatchObject({ seconds: 3, planned: 60, sent: 120, response: three?.response });
    expect(point?.inFlight).toBe(3);
    expect(point?.connections).toBe(2);
  });

  test("are rates over the time they stand for, the last one too", () => {
    const { points } = seriesOf(601);
    expect(points.at(-2)).toMatchObject({ second: 597, seconds: 3, sent: 120 });
    expect(points.at(-1)).toMatchObject({ second: 600, seconds: 1, sent: 40 });
  });

  test("together with the whole run's histograms hold every request", () => {
    const { points, response, service } = seriesOf(600);
    expect(points.reduce((sum, { sent }) => sum + sent, 0)).toBe(600 * 40);
    const { summary } = measuredRun({ seconds: 600 });
    expect(latencyStats(response)).toEqual(summary?.response);
    expect(latencyStats(service)).toEqual(summary?.service);
  });

  test("each worker's health is told over the whole run", () => {
    const [row] = seriesOf(6).health;
    expect(row).toMatchObject({ worker: "w-1", seconds: 6, cpuMax: 0.22, gcMaxMs: 0.8 });
    expect(row?.cpuAverage).toBeCloseTo(0.21, 6);
  });

  test.each([
    [10, 10],
    [9, 9],
    [9.003, 9],
    [9.6, 10],
    [0.2, 1],
    [Infinity, 10],
  ])("are drawn as long as there was load: %d s", (loadedSeconds, drawn) => {
    const { points } = seriesOf(10);
    const input = { points, loadedSeconds, hasRate: true, hasUsers: false };
    expect(loadedPoints(input)).toHaveLength(drawn);
  });
});
