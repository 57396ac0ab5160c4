import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";

/** Smallest valid views for tests; a test names only what it is about. */

export const latency = (ms = 0, count = 0): SecondView["response"] => ({
  count,
  ...{ avg: ms, min: ms, max: ms, sd: 0 },
  ...{ p50: ms, p75: ms, p90: ms, p95: ms, p99: ms, p999: ms },
});

const noOutcomes = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };

export function second(at: number, some: Partial<SecondView> = {}): SecondView {
  return {
    ...noOutcomes,
    ...{ second: at, rev: 1, partial: false },
    ...{ planned: 0, started: 0, lost: 0, dropped: 0, droppedBy: {} },
    ...{
      sent: 0,
      completed: 0,
      inFlight: 0,
      users: 0,
      connections: 0,
      bytesSent: 0,
      bytesReceived: 0,
      redirects: 0,
    },
    ...{ response: latency(), service: latency(), latenessP99Ms: 0, phases: {} },
    ...{ statusCodes: {}, errors: {}, steps: [], workers: {}, bad: [] },
    ...some,
  };
}

export function ledger(some: Partial<RunView["ledger"]> = {}): RunView["ledger"] {
  const counts = { scheduled: 0, started: 0, dropped: 0, lost: 0, maybeSent: 0 };
  return { ...noOutcomes, ...counts, droppedBy: {}, ...some };
}

export function run(some: Partial<RunView> = {}): RunView {
  return {
    ...{ id: "r1", scenarioId: "s1", scenarioName: "test", ownerId: "anonymous" },
    ...{ state: "RUNNING", createdAt: "2026-11-21T10:00:00.000Z" },
    ...{ startedAt: "2026-11-21T10:00:00.000Z", endedAt: null, queuePosition: null },
    ...{ plannedSeconds: 60, numWorkers: 1, summary: null, ledger: ledger() },
    verdict: { sla: "NONE", validity: "VALID", reasons: [] },
    sla: [],
    ...{ setup: null, teardown: null, refusedReports: 0 },
    ...{ shares: [], events: [] },
    ...some,
  };
}
