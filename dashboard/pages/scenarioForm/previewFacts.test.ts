import type { Preview } from "@onrush/shared/api/scenarioApi.ts";
import { describe, expect, test } from "vitest";
import { previewCharts } from "../../charts/previewCharts.ts";
import { previewFacts } from "./previewFacts.ts";

type Workload = Preview["workloads"][number];
const blank = {
  ...{ peakRps: 0, peakUsers: 0, durationSeconds: 10 },
  ...{ points: [], userPoints: [], plannedPerSecond: [] },
};
const arrivals = (name: string, startSecond: number, rps: number): Workload => ({
  ...{ ...blank, name, startSecond, total: rps * 10, peakRps: rps },
  points: [0, 10].map((seconds) => ({ seconds, rps })),
});
const users = (name: string, from: number, to: number, total: number | null): Workload => ({
  ...{ ...blank, name, startSecond: 0, total, peakUsers: Math.max(from, to) },
  userPoints: [
    { seconds: 0, users: from },
    { seconds: 10, users: to },
  ],
});
const preview = (workloads: Workload[], requestsEach = 1): Preview => {
  const known = workloads.every(({ total }) => total !== null);
  const total = known ? workloads.reduce((sum, w) => sum + (w.total ?? 0), 0) : null;
  return {
    ...{ durationSeconds: 15, totalIterations: total, workloads, warnings: [] },
    totalRequests: total === null ? null : total * requestsEach,
  };
};

describe("the curves of a preview", () => {
  test("the peak is that of all workloads together", () => {
    const { rate } = previewCharts(preview([arrivals("a", 0, 10), arrivals("b", 5, 7)]));
    expect(rate?.peak).toBe(17);
    expect(rate?.rows.at(-1)).toEqual({ at: 15, a: 0, b: 7 });
  });

  test("rates and users are two charts, each workload in its own colour", () => {
    const charts = previewCharts(preview([arrivals("a", 0, 10), users("u", 4, 4, null)]));
    expect(charts.rate?.series.map(({ key, color }) => [key, color])).toEqual([
      ["a", "var(--c-blue)"],
    ]);
    expect(charts.users?.series.map(({ key, color }) => [key, color])).toEqual([
      ["u", "var(--c-teal)"],
    ]);
    expect(charts.users?.peak).toBe(4);
  });

  test("what there is none of has no chart", () => {
    expect(previewCharts(preview([users("u", 1, 1, null)])).rate).toBeUndefined();
    expect(previewCharts(preview([arrivals("a", 0, 1)])).users).toBeUndefined();
  });
});

describe("what a preview comes to", () => {
  const facts = (workloads: Workload[], requestsEach = 1) => {
    const one = preview(workloads, requestsEach);
    return previewFacts(one, previewCharts(one)).map(({ value, label }) => `${value} ${label}`);
  };
  const unknown = "Not fixed iterations: the faster the answers, the more";

  test.each<[string, string[], string[]]>([
    [
      "a rate",
      facts([arrivals("a", 0, 30)]),
      ["300 arrivals in total", "30/s peak rate", "20/s on average", "15 s of load"],
    ],
    [
      "a rate with two steps",
      facts([arrivals("a", 0, 30)], 2).slice(3),
      ["600 requests in total", "15 s of load"],
    ],
    [
      "users, whose pace the answers set",
      facts([users("u", 64, 64, null)]),
      ["64 users", unknown, "15 s of load"],
    ],
    ["users who come and go", facts([users("u", 0, 50, null)]).slice(0, 1), ["50 users at most"]],
    [
      "a fixed amount of work",
      facts([users("u", 5, 5, 1_000)]),
      ["5 users", "1,000 iterations in total", "15 s of load at most"],
    ],
    [
      "both kinds",
      facts([arrivals("a", 0, 30), users("u", 5, 5, null)]),
      [
        ...["300 arrivals in total", "30/s peak rate", "20/s on average"],
        ...["5 users", unknown, "15 s of load"],
      ],
    ],
  ])("%s", (_, told, expected) => expect(told).toEqual(expected));
});
