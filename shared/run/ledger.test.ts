import { describe, expect, test } from "vitest";
import type { ShareTotals } from "../wire/reports.ts";
import { conservationProblems, type MergedTotals } from "./conservation.ts";
import { emptyLedger, ledgerProblems, makeLedger } from "./ledger.ts";

const outcomes = (ok: number, failed = 0, neutral = 0, interrupted = 0) => ({
  ...{ ok, failed, neutral, interrupted },
});

describe("the ledger", () => {
  const totals = {
    started: 90,
    dropped: { late: 3, inFlightLimit: 4 },
    lost: 3,
    iterations: outcomes(80, 5, 3, 2),
  };

  test("balances: scheduled = started + dropped + lost, started = the four outcomes", () => {
    const ledger = makeLedger(100, totals, 1);
    expect(ledger).toEqual({
      ...{ scheduled: 100, started: 90, dropped: 7, lost: 3, maybeSent: 1 },
      ...{ ok: 80, failed: 5, neutral: 3, interrupted: 2 },
      droppedBy: { late: 3, inFlightLimit: 4 },
    });
    expect(ledgerProblems(ledger)).toEqual([]);
  });

  test("an empty one balances", () => {
    expect(ledgerProblems(emptyLedger())).toEqual([]);
  });

  test("keeps its own copy of the reasons", () => {
    const ledger = makeLedger(100, totals, 0);
    ledger.droppedBy["late"] = 99;
    expect(totals.dropped.late).toBe(3);
  });

  test.each<[string, number, Partial<typeof totals>, number]>([
    ["one too few started", 100, { started: 89, iterations: outcomes(79, 5, 3, 2) }, 1],
    ["one too many scheduled", 101, {}, 1],
    ["a drop that is missing", 100, { dropped: { late: 3, inFlightLimit: 3 } }, 1],
    ["a loss that is missing", 100, { lost: 2 }, 1],
    ["a result that is missing", 100, { iterations: outcomes(79, 5, 3, 2) }, 1],
    ["a result too many", 100, { iterations: outcomes(80, 5, 3, 3) }, 1],
    ["both", 101, { iterations: outcomes(0) }, 2],
  ])("tells of %s", (_name, scheduled, change, problems) => {
    const found = ledgerProblems(makeLedger(scheduled, { ...totals, ...change }, 0));
    expect(found).toHaveLength(problems);
  });
});

describe("conservation", () => {
  const share = (): ShareTotals => ({
    ...{ scheduled: 10, started: 8, dropped: { late: 1, lease: 1 }, endedMs: 1 },
    iterations: outcomes(4, 2, 1, 1),
    requests: { sent: 16, ...outcomes(8, 4, 2, 2) },
  });
  const merged = (): MergedTotals => ({
    ...{ started: 16, dropped: { late: 2, lease: 2 }, lost: 0 },
    iterations: outcomes(8, 4, 2, 2),
    requests: { sent: 32, ...outcomes(16, 8, 4, 4) },
  });

  test("nothing to tell when the seconds say what the shares counted", () => {
    expect(conservationProblems([share(), share()], merged())).toEqual([]);
    const nothing = { started: 0, dropped: {}, lost: 0, iterations: outcomes(0) };
    expect(conservationProblems([], { ...nothing, requests: { sent: 0, ...outcomes(0) } })).toEqual(
      [],
    );
  });

  type Change = [string, (merged: MergedTotals) => void];
  const changes: Change[] = [
    ["iterations started", (m) => m.started++],
    ["iterations dropped", (m) => (m.dropped = { late: 2 })],
    ["iterations ok", (m) => m.iterations.ok--],
    ["iterations failed", (m) => m.iterations.failed++],
    ["iterations neutral", (m) => m.iterations.neutral++],
    ["iterations interrupted", (m) => m.iterations.interrupted++],
    ["requests sent", (m) => m.requests.sent--],
    ["requests ok", (m) => m.requests.ok++],
    ["requests failed", (m) => m.requests.failed++],
    ["requests neutral", (m) => m.requests.neutral++],
    ["requests interrupted", (m) => m.requests.interrupted--],
  ];
  test.each(changes)("a difference in %s is told, and only that", (what, change) => {
    const seconds = merged();
    change(seconds);
    const problems = conservationProblems([share(), share()], seconds);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(what);
  });

  test("a snapshot merged twice or left out shows", () => {
    expect(conservationProblems([share()], merged()).length).toBeGreaterThan(0);
    expect(conservationProblems([share(), share(), share()], merged()).length).toBeGreaterThan(0);
  });
});
