import { expect, test } from "vitest";
import { emptySummary, endedRun, latency } from "./runs.testing.ts";
import { runsTable } from "./runsTable.ts";

test("runs stand in columns, with what only ended runs have left open in others", () => {
  const requests = { sent: 12_345, ok: 12_345, failed: 0, neutral: 0, interrupted: 0 };
  const summary = { ...emptySummary(), requests, rps: 411.5, response: latency({ p95: 12.34 }) };
  const queued = { state: "QUEUED", queuePosition: 2, startedAt: null, summary: null } as const;
  const runs = [
    endedRun({ id: "b", ...queued, scenarioName: `long ${"x".repeat(50)}` }),
    endedRun({ id: "a", summary, verdict: { sla: "FAILED", validity: "SUSPECT", reasons: [] } }),
  ];
  expect(runsTable(runs).split("\n")).toEqual([
    "RUN  STATE       VALIDITY  SLA     STARTED (UTC)          SENT    RPS      P95  SCENARIO",
    `b    QUEUED (2)  -         -       -                         0    0.0        -  long ${"x".repeat(34)}…`,
    "a    COMPLETED   SUSPECT   FAILED  2026-01-01 00:00:00  12,345  411.5  12.3 ms  checkout",
  ]);
});
