import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { summarySchema } from "../api/runView.ts";
import { type StepDue, stepDueSchema } from "./delta.ts";
import { dueDelta, histogramOf, shuffled, wallDelta } from "./deltas.testing.ts";
import type { RunSecond } from "./second.ts";
import { SecondAccumulator } from "./secondAccumulator.ts";
import { encodeSparse } from "./sparseHistogram.ts";
import { type RunNames, RunTotals, summarise } from "./summary.ts";
import { viewSecond } from "./viewSecond.ts";

const names = {
  workloads: ["a", "b"].map((name) => ({
    name,
    steps: ["s0", "s1", "s2"].map((s) => ({ name: s })),
  })),
};

/** Seconds of two workloads from random deltas, each second once. */
const seconds: fc.Arbitrary<RunSecond[]> = fc
  .array(fc.tuple(fc.nat({ max: 1 }), dueDelta, wallDelta), { minLength: 1, maxLength: 6 })
  .map((list) => {
    const all = new Map<number, SecondAccumulator>();
    const at = (second: number) => {
      const known = all.get(second) ?? new SecondAccumulator(second);
      all.set(second, known);
      return known;
    };
    for (const [workload, due, wall] of list) {
      at(due.second).workload(workload).addDue(due);
      at(wall.second).workload(workload).addWall(wall);
    }
    return [...all.values()].map((second) => second.toRecord(1, false));
  });

const totalsOf = (list: readonly RunSecond[]) => {
  const totals = new RunTotals();
  for (const second of list) totals.add(second);
  return totals;
};
const summaryOf = (totals: RunTotals, durationSeconds = 10) =>
  summarise({
    ...{ totals, names, durationSeconds, scheduled: [100, 50] },
    maybeSent: { iterations: 3, requests: 5 },
  });

const requests = ["sent", "ok", "failed", "neutral", "interrupted"] as const;
const sumOf = <T>(list: readonly T[], pick: (item: T) => number) =>
  list.reduce((sum, item) => sum + pick(item), 0);

describe("a summary", () => {
  test("shows the tags of steps", () => {
    const tagged = { workloads: [{ name: "a", steps: [{ name: "s", tags: { team: "cart" } }] }] };
    const input = { durationSeconds: 1, scheduled: [0], maybeSent: { iterations: 0, requests: 0 } };
    const { summary } = summarise({ ...input, totals: new RunTotals(), names: tagged });
    expect(summary.steps[0]?.tags).toEqual({ team: "cart" });
    expect(summaryOf(new RunTotals()).summary.steps[0]?.tags).toEqual({});
  });

  test("counts of steps sum to their workload, workloads to the whole", () => {
    fc.assert(
      fc.property(seconds, (list) => {
        const { summary, ledger } = summaryOf(totalsOf(list));
        for (const key of requests) {
          const whole = summary.requests[key];
          expect(sumOf(summary.workloads, (w) => w.requests[key])).toBe(whole);
          expect(sumOf(summary.steps, (s) => s.requests[key])).toBe(whole);
          expect(
            sumOf(
              list.flatMap((s) => s.workloads.flatMap((w) => w.steps)),
              (s) => s[key],
            ),
          ).toBe(whole);
        }
        for (const key of ["started", "dropped", "lost", "ok", "failed"] as const) {
          expect(sumOf(summary.workloads, (w) => w.iterations[key])).toBe(ledger[key]);
        }
        expect(sumOf(summary.steps, (s) => s.response.count)).toBe(summary.response.count);
        expect(sumOf(summary.steps, (s) => s.bytes.received)).toBe(summary.bytes.received);
        const redirects = list.flatMap((s) => s.workloads.flatMap((w) => w.steps));
        expect(sumOf(redirects, (s) => s.redirects)).toBe(summary.redirects);
        expect(sumOf(summary.steps, (s) => s.redirects)).toBe(summary.redirects);
        expect(summarySchema.parse(summary)).toEqual(summary);
      }),
      { numRuns: 30 },
    );
  });

  test("counts checks by step in the order of the scenario, and lists them at every level", () => {
    const second = new SecondAccumulator(0);
    const add = (step: number, checks: StepDue["checks"]) => {
      const empty = new Uint8Array(0);
      const counts = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };
      second
        .workload(0)
        .step(step)
        .addDue({
          ...{ ...counts, statusCodes: {}, errors: {}, outcomes: {}, checks },
          ...{ response: empty, service: empty, phases: {} },
        });
    };
    add(0, { "status == 200": { passed: 2, failed: 1 }, fast: { passed: 1, failed: 0 } });
    add(0, { "status == 200": { passed: 1, failed: 0 } });
    add(1, { fast: { passed: 0, failed: 4 } });
    const steps = [
      { name: "s0", checks: [{ name: "fast", check: "latency < 1s" }, "status == 200"] },
      { name: "s1", checks: ["fast"] },
    ] as RunNames["workloads"][number]["steps"];
    const { summary } = summarise({
      ...{
        totals: totalsOf([second.toRecord(1, false)]),
        durationSeconds: 1,
        maybeSent: { iterations: 0, requests: 0 },
      },
      ...{ names: { workloads: [{ name: "a", steps }] }, scheduled: [7] },
    });
    const wanted = [
      { name: "fast", workload: "a", step: "s0", passed: 1, failed: 0, percent: 100 },
      { name: "status == 200", workload: "a", step: "s0", passed: 3, failed: 1, percent: 75 },
      { name: "fast", workload: "a", step: "s1", passed: 0, failed: 4, percent: 0 },
    ];
    expect(summary.checks).toEqual(wanted);
    expect(summary.workloads[0]?.checks).toEqual(wanted);
    expect(summary.steps.map((step) => step.checks)).toEqual([wanted.slice(0, 2), wanted.slice(2)]);
  });

  test("of seconds from before there were checks has none", () => {
    const empty = new Uint8Array(0);
    const old = {
      ...{ step: 0, ok: 0, failed: 0, neutral: 0, interrupted: 0 },
      ...{ statusCodes: {}, errors: {}, outcomes: {}, response: empty, service: empty },
    };
    expect(stepDueSchema.parse(old).checks).toEqual({});
  });

  test("is the same in any order of seconds, and the same as of the deltas it came from", () => {
    fc.assert(
      fc.property(seconds, fc.array(fc.nat(), { minLength: 12 }), (list, order) => {
        const wanted = summaryOf(totalsOf(list));
        expect(summaryOf(totalsOf(shuffled(list, order)))).toEqual(wanted);
        const live = new RunTotals();
        for (const second of list) {
          for (const { workload, ...part } of second.workloads) {
            const delta = { ...part, second: second.second };
            live.addDeltas(workload, { due: [delta], wall: [delta] });
          }
        }
        expect(summaryOf(live)).toEqual(wanted);
      }),
      { numRuns: 20 },
    );
  });

  test("of nothing is zeros, without dividing by zero", () => {
    const { summary, ledger } = summaryOf(new RunTotals(), 0);
    expect(summary).toMatchObject({ rps: 0, errorRate: 0, successRate: 0 });
    expect(ledger).toMatchObject({ scheduled: 150, started: 0, maybeSent: 3 });
    expect(summary.requests).toMatchObject({ sent: 0, maybeSent: 5 });
  });

  test("rates follow DESIGN's formulas", () => {
    const accumulator = new SecondAccumulator(0);
    const step = accumulator.workload(0).step(0);
    Object.assign(step, { ok: 70, failed: 20, neutral: 10, interrupted: 5, sent: 105 });
    const { summary } = summaryOf(totalsOf([accumulator.toRecord(1, false)]), 4);
    expect(summary).toMatchObject({ rps: 26.25, errorRate: 0.2, successRate: 80 });
    expect(summary.workloads.map((w) => w.rps)).toEqual([26.25, 0]);
  });

  test("percentiles are merged first, then read: no average of percentiles", () => {
    const of = (second: number, valuesUs: number[]) => {
      const accumulator = new SecondAccumulator(second);
      for (const us of valuesUs) accumulator.workload(0).step(0).response.record(us);
      return accumulator.toRecord(1, false);
    };
    const fast = Array.from({ length: 99 }, () => 1_000);
    const { summary } = summaryOf(totalsOf([of(0, fast), of(1, [1_000_000])]));
    expect(summary.response.p50).toBe(1);
    expect(summary.response.p99).toBe(1);
    expect(summary.response.max).toBe(1000);
  });
});

describe("late seconds", () => {
  const lateness = (second: number, ...parts: number[][]) => {
    const accumulator = new SecondAccumulator(second);
    parts.forEach((values, workload) => {
      for (const us of values) accumulator.workload(workload).lateness.record(us);
    });
    return accumulator.toRecord(1, false);
  };

  test.each<[string, RunSecond[], [number, number]]>([
    ["no arrival, no second", [lateness(0, [])], [0, 0]],
    ["exactly 5 ms is not late", [lateness(0, [5_000])], [1, 0]],
    ["above 5 ms is", [lateness(0, [5_100])], [1, 1]],
    [
      "the p99 of all workloads together counts",
      [
        lateness(
          0,
          [9_000],
          Array.from({ length: 200 }, () => 10),
        ),
      ],
      [1, 0],
    ],
    [
      "each second on its own",
      [lateness(0, [10]), lateness(1, [9_000]), lateness(2, [9_000])],
      [3, 2],
    ],
  ])("%s", (_name, list, [all, late]) => {
    const totals = totalsOf(list);
    expect([totals.seconds, totals.lateSeconds]).toEqual([all, late]);
  });
});

test("a worker's CPU is the average of the seconds it reported", () => {
  const at = (second: number, cpu: number) => {
    const accumulator = new SecondAccumulator(second);
    accumulator.workers["w"] = { second, cpu, rssBytes: 0, mbps: 0, lagMs: 0 };
    return accumulator.toRecord(1, false);
  };
  expect(totalsOf([at(0, 0.5), at(1, 1), at(2, 0.9)]).generator.workerCpu()["w"]).toBeCloseTo(
    0.8,
    9,
  );
});

describe("the view of a second", () => {
  test("has the second's sums, names and statistics", () => {
    const accumulator = new SecondAccumulator(4);
    const part = accumulator.workload(1);
    const response = encodeSparse(histogramOf([10_000, 20_000]));
    part.addDue({
      ...{
        started: 3,
        dropped: { late: 2, lease: 1 },
        ok: 2,
        failed: 0,
        neutral: 0,
        interrupted: 0,
      },
      iterationDuration: new Uint8Array(0),
      steps: [
        {
          ...{ step: 2, ok: 1, failed: 1, neutral: 0, interrupted: 0 },
          ...{ statusCodes: { 200: 1, 500: 1 }, errors: {}, outcomes: {}, checks: {} },
          ...{ response, service: response, phases: { waiting: response } },
        },
      ],
    });
    part.lost = 4;
    const view = viewSecond(accumulator.toRecord(2, true), names, 10);
    expect(view).toMatchObject({
      ...{ second: 4, rev: 2, partial: true, planned: 10, started: 3, lost: 4, dropped: 3 },
      ...{ droppedBy: { late: 2, lease: 1 }, ok: 1, failed: 1, statusCodes: { 200: 1, 500: 1 } },
    });
    expect(view.steps.map((step) => step.name)).toEqual(["s2"]);
    expect(view.response).toMatchObject({ count: 2, avg: 15, max: 20 });
    expect(view.phases).toEqual({ waiting: 15 });
  });
});
