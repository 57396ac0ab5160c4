import { describe, expect, test } from "vitest";
import { latency, ledger, run, second } from "../../testData.ts";
import { kpis } from "./kpis.ts";
import { ledgerEquations } from "./ledgerParts.ts";
import { runProgress } from "./progress.ts";
import { stepRows } from "./stepRows.ts";

const outcomes = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };
const step = (name: string, sent: number, failed: number, ms = 0) => ({
  ...{ ...outcomes, redirects: 0, name, sent, failed, ok: sent - failed },
  ...{ response: latency(ms, sent), service: latency(ms, sent) },
});

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
    expect(runProgress(view, data)).toEqual({ elapsedSeconds, share });
  });
});

const tile = (id: string, ...args: Parameters<typeof kpis>) =>
  kpis(...args).find((kpi) => kpi.id === id);

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

  test("a run without seconds shows no latency rather than zero", () => {
    expect(tile("p95", run(), [])).toMatchObject({ value: "–", unit: "" });
  });
});

describe("steps", () => {
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
