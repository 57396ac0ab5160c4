import type { RunView } from "@onrush/shared/api/runView.ts";
import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import { describe, expect, test } from "vitest";
import { latency, ledger, run, second } from "../../testData.ts";
import { kpis } from "./kpis.ts";
import { ledgerEquations } from "./ledgerParts.ts";
import { phaseRows } from "@onrush/shared/format/phaseRows.ts";
import { runHealth } from "./runHealth.ts";
import { runProgress } from "./progress.ts";
import { progressText } from "./progressText.ts";
import { type RunKind, runKind } from "./runKind.ts";
import { slaRows } from "./slaRows.ts";
import { stepRows } from "./stepRows.ts";

const outcomes = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };
const step = (name: string, sent: number, failed: number, ms = 0) => ({
  ...{ ...outcomes, redirects: 0, workload: "main", name, sent, failed, ok: sent - failed },
  ...{ response: latency(ms, sent), service: latency(ms, sent) },
});

const openKind: RunKind = { hasRate: true, hasUsers: false, iterations: null };
const closedKind: RunKind = { hasRate: false, hasUsers: true, iterations: null };

describe("the ledger", () => {
  const balanced = ledger({
    ...{ scheduled: 100, started: 90, dropped: 7, lost: 3 },
    ...{ ok: 80, failed: 5, neutral: 4, interrupted: 1 },
  });

  test("a balanced one shows its two equations and nothing else", () => {
    const equations = ledgerEquations(balanced, true);
    expect(
      equations.map(({ total, parts, balanced }) => [total, parts.map((p) => p.count), balanced]),
    ).toEqual([
      [100, [90, 7, 3], true],
      [90, [80, 5, 4, 1], true],
    ]);
  });

  test("what a live run has not finished is in flight, not missing", () => {
    const [, started] = ledgerEquations({ ...balanced, ok: 60 }, false);
    expect(started?.parts.at(-1)).toMatchObject({ label: "in flight", count: 20 });
    expect(started?.balanced).toBe(true);
  });

  test("the same difference in an ended run is unaccounted", () => {
    const [, started] = ledgerEquations({ ...balanced, ok: 60 }, true);
    expect(started?.parts.at(-1)).toMatchObject({ label: "unaccounted", count: 20 });
    expect(started?.balanced).toBe(false);
  });

  test("more outcomes than starts are never explained away", () => {
    const [, started] = ledgerEquations({ ...balanced, ok: 85 }, false);
    expect(started?.balanced).toBe(false);
  });
});

test("SLA lines tell value and limit in their unit, and where they broke", () => {
  const line = { status: "FAILED", aborted: false, failedAtSecond: 65, reason: "r" } as const;
  const rows = slaRows([
    { ...line, text: "p95 < 500ms", value: 612.4, limit: 500, unit: "ms", aborted: true },
    { ...line, text: "rps > 9", name: "rate", value: 8, limit: 9, unit: "rps" },
    { ...line, text: "x", status: "NONE", value: null, limit: 1, unit: "%", failedAtSecond: null },
  ]);
  expect(rows).toMatchObject([
    { name: "p95 < 500ms", text: null, value: "612 ms", limit: "500 ms" },
    { name: "rate", text: "rps > 9", value: "8/s", note: "at 1:05" },
    { name: "x", value: "–", limit: "1 %", note: "r" },
  ]);
  expect(rows[0]?.note).toBe("at 1:05; it ended the load");
});

describe("progress", () => {
  const seconds = [second(0), second(29)];
  test.each([
    ["of a live run comes from its data", run(), 30, 0.5],
    ["is complete while answers are awaited", run({ state: "STOPPING" }), 30, 1],
    [
      "of a stopped run is the time it lasted",
      run({ state: "STOPPED", endedAt: "2026-11-21T10:00:15.000Z" }),
      15,
      0.25,
    ],
    ["before the first second is nothing", run({ state: "QUEUED", startedAt: null }), 0, 0],
  ])("%s", (_, view, elapsedSeconds, share) => {
    const data = view.startedAt === null ? [] : seconds;
    expect(runProgress(view, data, null)).toEqual({ elapsedSeconds, share, iterations: null });
  });
});

describe("progress by work", () => {
  const half = ledger({ started: 60, ok: 40, failed: 5, interrupted: 1, dropped: 4 });

  test("counts what is done or never will begin, not the time", () => {
    const progress = runProgress(run({ ledger: half }), [second(0)], 100);
    expect(progress).toEqual({ elapsedSeconds: 1, share: 0.5, iterations: { done: 50, of: 100 } });
    expect(progressText(run(), progress)).toEqual({
      ...{ main: "50", rest: "of 100 iterations · 1 s, at most 1 m · 1 worker" },
    });
  });

  test("outstanding answers are outstanding work", () => {
    expect(runProgress(run({ state: "STOPPING", ledger: half }), [], 100).share).toBe(0.5);
  });

  test("a run that lasts for its time says so", () => {
    const view = run({ numWorkers: 2 });
    expect(progressText(view, runProgress(view, [second(9)], null))).toEqual({
      ...{ main: "10 s", rest: "of 1 m planned · 2 workers" },
    });
  });
});

describe("what a run is about", () => {
  const stored = (loadProfile: object, some: object = {}): StoredScenario => ({
    ...scenarioSchema.parse({ name: "a", targetUrl: "http://localhost/", loadProfile, ...some }),
    ...{ id: "s1", ownerId: "anonymous" },
    ...{ createdAt: "2026-11-21T09:00:00.000Z", updatedAt: "2026-11-21T09:00:00.000Z" },
  });
  const vus = stored({ type: "VUS", vus: 4 }, { durationSeconds: 9 });
  const work = stored({ type: "ITERATIONS", iterations: 70, concurrency: 2 });
  const rate = stored(
    { type: "DEVICES", devices: 4, messagesPerSecond: 1 },
    { durationSeconds: 9 },
  );

  test.each([
    ["users", vus, closedKind],
    ["work", work, { ...closedKind, iterations: 70 }],
    ["devices", rate, openKind],
  ])("%s, by its scenario", (_, scenario, kind) =>
    expect(runKind(run(), [], scenario)).toEqual(kind),
  );

  test("a scenario edited since the run began says nothing about it", () => {
    const edited = { ...work, updatedAt: "2026-11-21T11:00:00.000Z" };
    expect(runKind(run(), [second(0, { planned: 5 })], edited)).toEqual(openKind);
  });

  test.each([
    ["arrivals", [second(0, { planned: 5 })], openKind],
    ["users", [second(0, { users: 5 })], closedKind],
    ["both", [second(0, { users: 5, planned: 5 })], { ...openKind, hasUsers: true }],
    ["nothing yet", [], openKind],
  ])("%s, by what was measured", (_, seconds, kind) =>
    expect(runKind(run(), seconds, undefined)).toEqual(kind),
  );
});

test("shares of phases are of the time of all requests; connections have none of it", () => {
  const phases = { waiting: latency(9, 100), connect: latency(50, 2), blocked: latency(1, 100) };
  expect(phaseRows({ phases }).map(({ phase, share }) => [phase, share])).toEqual([
    ["blocked", 0.1],
    ["connect", null],
    ["waiting", 0.9],
  ]);
  expect(phaseRows({ phases: { dns: latency(0, 0) } })).toEqual([]);
  expect(phaseRows(null)).toEqual([]);
});

const tile = (id: string, view: RunView, seconds: SecondView[], kind = openKind) =>
  kpis(view, seconds, kind).find((kpi) => kpi.id === id);

describe("key figures", () => {
  test("a live run shows its newest second", () => {
    const seconds = [second(0, { sent: 4 }), second(1, { sent: 9, planned: 10 })];
    expect(tile("rate", run(), seconds)).toMatchObject({
      value: "9",
      note: "10/s planned",
    });
  });

  test("the live error rate covers ten seconds, counted in requests", () => {
    const seconds = Array.from({ length: 12 }, (_, i) =>
      second(i, { ok: 1, steps: [step("a", 10, i < 2 ? 10 : 1)] }),
    );
    expect(tile("errors", run(), seconds)).toMatchObject({
      ...{ value: "10", unit: "%", tone: "bad" },
      note: "last 10 s · 30 in all",
    });
  });

  test("users have no planned rate: their tiles tell users and iterations", () => {
    const seconds = [second(0, { sent: 30, started: 15, users: 64, inFlight: 60 })];
    const view = run({ ledger: ledger({ started: 15 }) });
    const tiles = kpis(view, seconds, closedKind);
    expect(tiles.map(({ id }) => id)).toEqual([
      ...["rate", "p50", "p95", "p99", "errors", "users", "iterations"],
    ]);
    expect(tile("rate", view, seconds, closedKind)?.note).toBe("15 iterations/s");
    expect(tile("users", view, seconds, closedKind)).toMatchObject({
      ...{ value: "64", note: "60 in flight" },
    });
    expect(tile("iterations", view, seconds, closedKind)).toMatchObject({
      ...{ value: "15", note: "30 requests" },
    });
  });

  test("a fixed amount of work is told beside what is begun of it", () => {
    const view = run({ ledger: ledger({ started: 15 }) });
    const kind = { ...closedKind, iterations: 1_000 };
    expect(tile("iterations", view, [], kind)?.note).toBe("of 1,000");
  });

  test("a run of both kinds compares with the plan of its arrivals alone", () => {
    const seconds = [second(0, { planned: 10, started: 90, users: 5 })];
    const kind = { hasRate: true, hasUsers: true, iterations: null };
    expect(tile("rate", run(), seconds, kind)?.note).toBe("10 arrivals/s planned");
    expect(kpis(run(), seconds, kind).map(({ id }) => id)).toContain("requests");
  });

  test("a run without seconds shows no latency rather than zero", () => {
    expect(tile("p95", run(), [])).toMatchObject({ value: "–", unit: "" });
  });
});

describe("tiles of what was not measured, and of what was not sent", () => {
  test("a second without answers has no latency", () => {
    const seconds = [second(0, { response: latency(9, 1), service: latency(8, 1) }), second(1)];
    const found = tile("p99", run(), seconds);
    expect(found).toMatchObject({ value: "–", unit: "", note: "service –" });
    expect(found?.trend).toEqual([{ at: 0, value: 9 }]);
  });

  test("drops are told beside the requests", () => {
    const view = run({ ledger: ledger({ scheduled: 800, started: 390, dropped: 410 }) });
    expect(tile("requests", view, [])).toMatchObject({
      ...{ note: "dropped 410 of 800", badNote: true },
    });
  });

  test("with several steps the schedule is told in iterations", () => {
    const view = run({ ledger: ledger({ scheduled: 800, started: 800 }) });
    const seconds = [second(0, { steps: [step("a", 1, 0), step("b", 1, 0)] })];
    expect(tile("requests", view, seconds)?.note).toBe("800 iterations scheduled");
    expect(tile("requests", view, [])?.note).toBe("800 scheduled");
  });
});

describe("generator health", () => {
  const health = { second: 0, cpu: 0.1, lagMs: 1, mbps: 1, rssBytes: 1 };
  const seconds = [
    second(0, { workers: { b: { ...health, latenessP99Ms: 18 }, a: health }, bad: ["late"] }),
    second(1, { workers: { b: { ...health, cpu: 0.9, latenessP99Ms: 0 } } }),
    second(2),
  ];

  test("of a live run is that of the newest second workers told of", () => {
    expect(runHealth(seconds, false)).toMatchObject({ second: 1, bad: [] });
  });

  test("of an ended run is each figure at its worst, not a leftover second", () => {
    expect(runHealth(seconds, true)).toMatchObject({
      second: null,
      workers: [
        ["a", health],
        ["b", { ...health, cpu: 0.9, latenessP99Ms: 18 }],
      ],
    });
    expect(runHealth([second(0)], true)).toBeUndefined();
  });
});

describe("steps", () => {
  test("of two workloads with one name are two rows", () => {
    const other = { ...step("read", 5, 0), workload: "other" };
    const { rows } = stepRows(run(), [second(0, { steps: [step("read", 10, 0), other] })]);
    expect(rows.map(({ workload, sent }) => [workload, sent])).toEqual([
      ["main", 10],
      ["other", 5],
    ]);
  });

  test("counts add up over seconds; latency is that of the newest second", () => {
    const seconds = [
      second(0, { steps: [step("login", 10, 1, 50), step("read", 10, 0, 5)] }),
      second(1, { steps: [step("login", 20, 2, 70)] }),
    ];
    const { rows, latencyOf } = stepRows(run(), seconds);
    expect(latencyOf).toBe("second");
    expect(rows.map((row) => [row.name, row.sent, row.failed, row.errorRate])).toEqual([
      ["login", 30, 3, 0.1],
      ["read", 10, 0, 0],
    ]);
    expect(rows[0]?.response.p95).toBe(70);
  });
});
