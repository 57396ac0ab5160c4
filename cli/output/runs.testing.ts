import type { RunView, Summary } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { emptyLedger } from "@onrush/shared/run/ledger.ts";
import { RunTotals, summarise } from "@onrush/shared/metrics/summary.ts";

const zero = { avg: 0, min: 0, max: 0, sd: 0, p50: 0, p75: 0, p90: 0, p95: 0, p99: 0, p999: 0 };
export const latency = (change: object = {}) => ({ count: 0, ...zero, ...change });

export function emptySummary(): Summary {
  const names = { workloads: [{ name: "main", steps: [{ name: "request" }] }] };
  const input = {
    names,
    durationSeconds: 10,
    scheduled: [0],
    maybeSent: { iterations: 0, requests: 0 },
  };
  return summarise({ totals: new RunTotals(), ...input }).summary;
}

export function endedRun(change: Partial<RunView> = {}): RunView {
  const at = "2026-01-01T00:00:00.000Z";
  return {
    ...{ id: "r", scenarioId: "s", scenarioName: "checkout", ownerId: "cli", state: "COMPLETED" },
    ...{ createdAt: at, startedAt: at, endedAt: at, queuePosition: null, plannedSeconds: 10 },
    ...{ numWorkers: 1, summary: emptySummary(), ledger: emptyLedger() },
    verdict: { sla: "NONE", validity: "VALID", reasons: [] },
    sla: [],
    ...{ setup: null, teardown: null, refusedReports: 0 },
    ...{ shares: [], events: [] },
    ...change,
  };
}

export function viewOfSecond(second: number, change: Partial<SecondView> = {}): SecondView {
  return {
    ...{ second, rev: 1, partial: false, planned: 0, started: 0, lost: 0, dropped: 0 },
    ...{ droppedBy: {}, sent: 0, completed: 0, inFlight: 0, users: 0, connections: 0 },
    ...{
      bytesSent: 0,
      bytesReceived: 0,
      redirects: 0,
      ok: 0,
      failed: 0,
      neutral: 0,
      interrupted: 0,
    },
    ...{ response: latency(), service: latency(), latenessP99Ms: 0, phases: {} },
    ...{ statusCodes: {}, errors: {}, steps: [], workers: {}, bad: [] },
    ...change,
  };
}
