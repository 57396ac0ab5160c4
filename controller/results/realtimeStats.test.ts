import { describe, expect, test } from "vitest";
import { realtimeStatsSchema } from "@onrush/shared/api/secondView.ts";
import { SecondAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import { noStats, statsOf, windowOf } from "./realtimeStats.ts";

describe("the window", () => {
  test.each<[string, [closed: number, planned: number, last: number], [number, number]]>([
    ["nothing closed yet", [0, 60, 30], [0, 0]],
    ["less than the window", [10, 60, 30], [0, 10]],
    ["exactly the window", [30, 60, 30], [0, 30]],
    ["the last of many seconds", [50, 60, 30], [20, 30]],
    ["seconds after the planned end do not lengthen it", [75, 60, 30], [30, 30]],
    ["a run shorter than the window", [12, 5, 30], [0, 5]],
    ["a planned end within a second: whole seconds are counted", [3, 2.5, 2], [1, 1.5]],
  ])("%s", (_name, [closed, planned, last], [from, windowSeconds]) => {
    expect(windowOf(closed, planned, last)).toEqual({ from, windowSeconds });
  });
});

const head = { scenarioId: "s", runId: "r", runState: "RUNNING" };

/** A second with these counts of one step, and a latency for each answer. */
function second(at: number, sent: number, ok: number, failed: number, latencyMs: number) {
  const accumulator = new SecondAccumulator(at);
  const step = accumulator.workload(0).step(0);
  Object.assign(step, { sent, ok, failed });
  for (let i = 0; i < ok + failed; i++) {
    step.response.record(latencyMs * 1000);
    step.service.record((latencyMs * 1000) / 2);
  }
  step.statusCodes["200"] = ok;
  if (failed > 0) step.statusCodes["500"] = failed;
  return accumulator.toRecord(1, false);
}

describe("statistics of a window", () => {
  test("before any run are zeros without a run", () => {
    const stats = noStats("s");
    expect(stats).toMatchObject({ scenarioId: "s", runId: null, totalRequests: 0, currentRps: 0 });
    expect(stats).toMatchObject({ successRate: 0, p99LatencyMs: 0, statusCodeDistribution: {} });
    expect(realtimeStatsSchema.parse(stats)).toEqual(stats);
  });

  test("sums counts, divides by the window, merges status codes", () => {
    const stats = statsOf(head, [second(0, 100, 98, 2, 10), second(1, 50, 50, 0, 10)], 2);
    expect(stats).toMatchObject({
      ...{ ...head, windowSeconds: 2, totalRequests: 150, currentRps: 75 },
      successRate: 98.667,
      statusCodeDistribution: { 200: 148, 500: 2 },
      ...{ avgLatencyMs: 10, p50LatencyMs: 10, serviceP50LatencyMs: 5, serviceAvgLatencyMs: 5 },
    });
    expect(realtimeStatsSchema.parse(stats)).toEqual(stats);
  });

  test("the rate refers to the whole window, idle seconds included", () => {
    expect(statsOf(head, [second(7, 30, 30, 0, 1)], 30).currentRps).toBe(1);
  });

  test("percentiles are of all requests together, not averages of seconds", () => {
    const stats = statsOf(head, [second(0, 99, 99, 0, 1), second(1, 1, 1, 0, 1000)], 2);
    expect([stats.p50LatencyMs, stats.p99LatencyMs]).toEqual([1, 1]);
    expect(stats.avgLatencyMs).toBeCloseTo(10.99, 2);
  });

  test("seconds without answers divide nothing by zero", () => {
    const stats = statsOf(head, [second(0, 5, 0, 0, 0)], 1);
    expect(stats).toMatchObject({ totalRequests: 5, successRate: 0, avgLatencyMs: 0 });
  });
});
