import type { RunView } from "../api/runView.ts";
import { Histogram } from "../metrics/histogram.ts";
import type { RunSecond } from "../metrics/second.ts";
import { SecondAccumulator } from "../metrics/secondAccumulator.ts";
import { type RunNames, RunTotals, summarise } from "../metrics/summary.ts";
import { encodeSparse } from "../metrics/sparseHistogram.ts";

/** A measured run for tests: every number follows from these, nothing is drawn. */
export interface MeasuredOptions {
  names?: RunNames;
  seconds?: number;
  /** Sent by each step in each second. */
  perSecond?: number;
  /** Of `perSecond`, how many fail. */
  failed?: number;
  /** Response time of the i-th request of a second, microseconds; service time is half of it. */
  latencyUs?(second: number, i: number): number;
}

export const twoSteps: RunNames = {
  workloads: [
    {
      name: "shoppers",
      steps: [{ name: "login", checks: ["status == 200"] }, { name: "search" }],
    },
  ],
};

export function measuredSeconds(options: MeasuredOptions = {}): RunSecond[] {
  const { names = twoSteps, seconds = 10, perSecond = 20, failed = 1 } = options;
  const latencyUs =
    options.latencyUs ?? ((second, i) => 1_000 + ((second * 31 + i * 97) % 400) * 50);
  return Array.from({ length: seconds }, (_, second) => {
    const response = new Histogram();
    const service = new Histogram();
    const lateness = new Histogram();
    for (let i = 0; i < perSecond; i++) {
      const us = latencyUs(second, i);
      response.record(us);
      service.record(us / 2);
      lateness.record(100 + i);
    }
    const latencies = { response: encodeSparse(response), service: encodeSparse(service) };
    const outcome = { ok: perSecond - failed, failed, neutral: 0, interrupted: 0 };
    const merged = new SecondAccumulator(second);
    names.workloads.forEach(({ steps }, w) => {
      merged.workload(w).addDue({
        ...{ ...outcome, started: perSecond, dropped: {} },
        iterationDuration: latencies.response,
        steps: steps.map(({ checks = [] }, step) => ({
          ...{
            step,
            ...outcome,
            ...latencies,
            outcomes: {},
            phases: { waiting: latencies.service },
          },
          statusCodes: { "200": perSecond - failed, ...(failed > 0 ? { "500": failed } : {}) },
          errors: failed > 0 ? { "status 500": failed } : {},
          checks: Object.fromEntries(
            checks.map((check) => [
              typeof check === "string" ? check : (check.name ?? check.check),
              { passed: perSecond - failed, failed },
            ]),
          ),
        })),
      });
      merged.workload(w).addWall({
        ...{ inFlight: 3, users: 0, connections: 2, lateness: encodeSparse(lateness) },
        steps: steps.map((_, step) => ({
          ...{ step, sent: perSecond, completed: perSecond, redirects: 0 },
          ...{ bytesSent: 100 * perSecond, bytesReceived: 200 * perSecond },
        })),
      });
    });
    merged.workers["w-1"] = {
      ...{ second, cpu: 0.2 + (second % 3) / 100, rssBytes: 90_000_000, mbps: 1.5, lagMs: 0.7 },
      ...{ processCpu: 0.4, latenessP99Ms: 0.3, gcMs: 1, gcMaxMs: 0.8 },
    };
    return merged.toRecord(1, false);
  });
}

/** An ended run of these seconds. */
export function measuredRun(options: MeasuredOptions = {}, over: Partial<RunView> = {}): RunView {
  const { names = twoSteps, seconds = 10, perSecond = 20 } = options;
  const totals = new RunTotals();
  for (const record of measuredSeconds(options)) totals.add(record);
  const scheduled = names.workloads.map(() => seconds * perSecond);
  const input = {
    totals,
    names,
    durationSeconds: seconds,
    scheduled,
    maybeSent: { iterations: 0, requests: 0 },
  };
  const { summary, ledger } = summarise(input);
  const badSeconds = totals.generator.badSeconds();
  return {
    ...{ id: "run-a", scenarioId: "scenario-a", scenarioName: "Shop", ownerId: "anonymous" },
    ...{ state: "COMPLETED", createdAt: "2026-11-20T10:00:00.000Z", queuePosition: null },
    ...{ startedAt: "2026-11-20T10:00:01.000Z", endedAt: "2026-11-20T10:00:11.500Z" },
    ...{ plannedSeconds: seconds, numWorkers: 1, summary: { ...summary, badSeconds }, ledger },
    verdict: { sla: "NONE", validity: "VALID", reasons: [] },
    ...{ sla: [], shares: [], setup: null, teardown: null, refusedReports: 0 },
    events: [{ at: "2026-11-20T10:00:01.000Z", kind: "state", text: "RUNNING" }],
    ...over,
  };
}
