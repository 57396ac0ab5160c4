import { expect, test } from "vitest";
import { histogramOf } from "./deltas.testing.ts";
import { SecondAccumulator } from "./secondAccumulator.ts";
import { StageTotals } from "./stageTotals.ts";

const workloads = [
  {
    ...{ name: "main", startMs: 500 },
    stages: [
      { startMs: 0, endMs: 2_000 },
      { startMs: 2_000, endMs: 2_000 },
      { startMs: 2_000, endMs: 4_000 },
    ],
  },
];

function second(index: number, latencyMs: number, failed = 0) {
  const accumulator = new SecondAccumulator(index);
  const workload = accumulator.workload(0);
  workload.started = 2;
  const step = workload.step(0);
  Object.assign(step, { sent: 2, ok: 2 - failed, failed });
  step.response.add(histogramOf([latencyMs * 1000, latencyMs * 1000]));
  return accumulator.toRecord(1, false);
}

test("a second counts to the stage in which it begins, and every second to one", () => {
  const totals = new StageTotals(workloads);
  // Seconds 1 and 2 begin in the first stage (0.5 s to 2.5 s), 3 and 4 in the third.
  [10, 20, 20, 30, 40].forEach((ms, i) => totals.add(second(i, ms, i === 4 ? 1 : 0)));
  expect(totals.summaries(4.5)).toMatchObject([
    {
      ...{ workload: "main", stage: 1, fromSecond: 1, toSecond: 2, iterations: 4, rps: 2 },
      ...{ requests: { sent: 4, ok: 4, failed: 0 }, errorRate: 0, response: { count: 4, avg: 20 } },
    },
    {
      ...{ stage: 3, fromSecond: 3, toSecond: 4, iterations: 4, rps: 2.667, errorRate: 0.25 },
      ...{ response: { avg: 35 } },
    },
  ]);
});

test("stages that had not begun when the run was stopped have no summary", () => {
  const totals = new StageTotals(workloads);
  totals.add(second(1, 10));
  expect(totals.summaries(2).map(({ stage, rps }) => [stage, rps])).toEqual([[1, 2]]);
});
