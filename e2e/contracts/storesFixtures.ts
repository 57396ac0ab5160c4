import type { StoredMinute } from "@onrush/controller/results/secondStore.ts";
import type { StoredRun } from "@onrush/controller/runs/runStore.ts";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import type { RunSecond, StepSecond } from "@onrush/shared/metrics/second.ts";
import { encodeSparse } from "@onrush/shared/metrics/sparseHistogram.ts";

/** Complete documents for the suites of the stores; a test names only what it is about. */

export const BASE_MS = Date.UTC(2026, 10, 3, 12, 0, 0);

export function isoTime(offsetMs = 0): string {
  return new Date(BASE_MS + offsetMs).toISOString();
}

export function aScenario(over: Partial<StoredScenario> = {}): StoredScenario {
  return {
    id: "scenario-1",
    ownerId: "anonymous",
    createdAt: isoTime(),
    updatedAt: isoTime(),
    name: "Checkout",
    targetUrl: "http://127.0.0.1:9000/checkout",
    method: "POST",
    headers: { Accept: "*/*" },
    body: { basket: [1, 2.5, null, true], note: "" },
    durationSeconds: 60,
    loadProfile: { type: "CONSTANT", initialRps: 8.3 },
    numWorkers: 2,
    labels: {},
    transport: "auto",
    maxInFlight: 10_000,
    timeouts: { requestSeconds: 30 },
    tls: { rejectUnauthorized: true },
    seed: 0,
    arrival: "uniform",
    overload: "drop",
    connections: "shared",
    pacing: "timer",
    gracefulStopSeconds: 30,
    lostWorkers: "degrade",
    ...over,
  };
}

const noOutcomes = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };

export function aView(over: Partial<RunView> = {}): RunView {
  return {
    id: "run-1",
    scenarioId: "scenario-1",
    scenarioName: "Checkout",
    ownerId: "anonymous",
    state: "QUEUED",
    createdAt: isoTime(),
    startedAt: null,
    endedAt: null,
    queuePosition: 1,
    plannedSeconds: 60,
    numWorkers: 2,
    summary: null,
    ledger: {
      ...noOutcomes,
      ...{ scheduled: 0, started: 0, dropped: 0, lost: 0, maybeSent: 0, droppedBy: {} },
    },
    verdict: { sla: "NONE", validity: "VALID", reasons: [] },
    sla: [],
    ...{ setup: null, teardown: null, refusedReports: 0 },
    shares: [],
    events: [{ at: isoTime(), kind: "state", text: "QUEUED" }],
    ...over,
  };
}

export function aRun(over: Partial<StoredRun> = {}): StoredRun {
  const run = {
    id: "run-1",
    scenarioId: "scenario-1",
    createdAtMs: BASE_MS,
    active: true,
    token: 1,
    version: 1,
    streamPosition: "0",
    startAtUs: null,
    progress: null,
    ...over,
  };
  const view = aView({ id: run.id, scenarioId: run.scenarioId });
  return { scenario: aScenario({ id: run.scenarioId }), view, ...run };
}

/** About `values` different latencies, deterministic. */
export function latencies(values: number): Uint8Array {
  const histogram = new Histogram();
  for (let i = 0; i < values; i++) histogram.record(1_000 + ((i * 7_919) % 50_000));
  return encodeSparse(histogram);
}

export function aStep(step: number, histogram: Uint8Array): StepSecond {
  return {
    step,
    ...{ ok: 90, failed: 8, neutral: 1, interrupted: 1 },
    statusCodes: { "200": 91, "503": 8 },
    errors: { timeout: 1 },
    outcomes: {},
    checks: { "status == 200": { passed: 91, failed: 8 } },
    response: histogram,
    service: histogram,
    phases: { waiting: histogram },
    ...{ sent: 100, completed: 99, bytesSent: 12_000, bytesReceived: 345_678, redirects: 2 },
  };
}

export function aSecond(second: number, over: Partial<RunSecond> = {}): RunSecond {
  return aSecondOf(second, [aStep(0, latencies(20))], over);
}

export function aSecondOf(
  second: number,
  steps: StepSecond[],
  over: Partial<RunSecond> = {},
): RunSecond {
  const workload = {
    workload: 0,
    ...{ ok: 90, failed: 8, neutral: 1, interrupted: 1, started: 100, lost: 0 },
    dropped: { late: 2 },
    iterationDuration: latencies(20),
    lateness: new Uint8Array(),
    ...{ inFlight: 12, users: 0, connections: 30 },
    steps,
  };
  const health = { second, cpu: 0.25, rssBytes: 123_456_789, mbps: 80.5, lagMs: 0.4 };
  // What came later than the first stored documents.
  const fullHealth = {
    ...{ ...health, processCpu: 1.25, latenessP99Ms: 0.75, inFlight: 12, connections: 30 },
    ...{ gcMs: 3.5, gcMaxMs: 2.25, files: { left: 900, limit: 1_024 }, ports: null },
  };
  return {
    ...{ second, rev: 0, partial: false },
    workloads: [workload],
    workers: { "worker-a": health, "worker-b": fullHealth },
    ...over,
  };
}

export function aMinute(over: Partial<StoredMinute> = {}): StoredMinute {
  const minute = over.minute ?? 0;
  return {
    runId: "run-1",
    minute,
    token: 1,
    applied: { "0/0": { epoch: 0, seq: 4 }, "0/3/1": { epoch: 2, seq: 17 } },
    seconds: [aSecond(minute * 60), aSecond(minute * 60 + 2)],
    ...over,
  };
}

/** Numbers below 8 without a pattern: like histograms they compress to about 40 %. */
function noise(seed: number, length: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state >>> 28;
  });
}

/** A minute of 100 steps, each with 1,000 different latencies per second: 18 MB of histograms. */
export function aHugeMinute(): StoredMinute {
  const seconds = Array.from({ length: 60 }, (_, second) => {
    const steps = Array.from({ length: 100 }, (_, step) =>
      aStep(step, noise(second * 100 + step, 1_500)),
    );
    return aSecondOf(second, steps);
  });
  return aMinute({ seconds });
}
