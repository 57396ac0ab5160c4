import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import type { WorkerDemand } from "../workers/workerDemand.ts";
import { collectDefaultMetrics, Counter, Gauge, Registry, Summary } from "prom-client";

export interface SecondLabels {
  /** The scenario's name; without it the label is empty. */
  scenario?: string;
}

export interface Metrics {
  /** Adds a closed second; a later revision of the same second adds only what is new in it. */
  recordSecond(second: SecondView & { runId: string }, labels?: SecondLabels): void;
  /** Records the seconds among the messages of runs, each under its scenario's name. */
  observe(message: LiveMessage): void;
  setActiveWorkers(count: number): void;
  setDemand(demand: WorkerDemand): void;
  /** Of all uploaded files that are kept. */
  setFileBytes(bytes: number): void;
  /** `busy`: too many at once; `full`: no room is left for files. */
  countRefusedUpload(reason: "busy" | "full"): void;
  /** A live connection was dropped because its reader was too slow. */
  countLiveDrop(): void;
  text(): Promise<{ contentType: string; body: string }>;
}

/** Seconds remembered for corrections, and label values allowed before the rest is "other". */
const MAX_SECONDS_KEPT = 10_000;
const MAX_SCENARIOS = 200;

type LatencyLabel = "scenario" | "kind" | "quantile";
type Latency = SecondView["response"];

interface LatencyTotals {
  scenario: string;
  kind: "response" | "service";
  latest: Latency;
  sumMs: number;
  count: number;
}

const quantiles = {
  "0.5": "p50",
  "0.75": "p75",
  "0.9": "p90",
  "0.95": "p95",
  "0.99": "p99",
} as const;

/** A Prometheus summary fed with percentiles that were merged elsewhere, not with observations. */
class MergedSummary extends Summary<LatencyLabel> {
  readonly totals = new Map<string, LatencyTotals>();

  override async get() {
    const summary = await super.get();
    const values = [...this.totals.values()].flatMap(({ scenario, kind, latest, sumMs, count }) => {
      const labels = { scenario, kind };
      const ranks = Object.entries(quantiles).map(([quantile, name]) => ({
        labels: { ...labels, quantile },
        value: latest[name] / 1000,
      }));
      return [
        ...ranks,
        { metricName: "loadtest_latency_seconds_sum", labels, value: sumMs / 1000 },
        { metricName: "loadtest_latency_seconds_count", labels, value: count },
      ];
    });
    return { ...summary, values };
  }

  add(scenario: string, kind: "response" | "service", latest: Latency, before?: Latency): void {
    const key = `${kind} ${scenario}`;
    const old = this.totals.get(key) ?? { scenario, kind, latest, sumMs: 0, count: 0 };
    const sumMs = latest.avg * latest.count - (before ? before.avg * before.count : 0);
    this.totals.set(key, {
      ...old,
      latest: latest.count > 0 ? latest : old.latest,
      sumMs: old.sumMs + Math.max(0, sumMs),
      count: old.count + Math.max(0, latest.count - (before?.count ?? 0)),
    });
  }
}

function createInstruments(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: "loadtest_requests_total",
      help: "Requests sent to the target.",
      labelNames: ["scenario"],
      registers,
    }),
    errors: new Counter({
      name: "loadtest_errors_total",
      help: "Failed requests by kind of error.",
      labelNames: ["scenario", "error"],
      registers,
    }),
    latency: new MergedSummary({
      name: "loadtest_latency_seconds",
      help: "Latency of the latest closed second: response from due, service from sent.",
      labelNames: ["scenario", "kind"],
      registers,
    }),
    workers: new Gauge({
      name: "loadtest_active_workers",
      help: "Workers seen lately.",
      registers,
    }),
    wanted: new Gauge({
      name: "onrush_workers_wanted",
      help: "Workers that queued and active runs ask for.",
      registers,
    }),
    live: new Gauge({
      name: "onrush_workers_live",
      help: "Workers with a heartbeat in the last 1.6 s.",
      registers,
    }),
    runs: new Gauge({
      name: "onrush_runs",
      help: "Runs that have not ended, by state.",
      labelNames: ["state"],
      registers,
    }),
    fileBytes: new Gauge({
      name: "onrush_file_bytes",
      help: "Bytes of all uploaded files that are kept.",
      registers,
    }),
    refusedUploads: new Counter({
      name: "onrush_uploads_refused_total",
      help: "Uploads of files that were sent back: too many at once, or no room.",
      labelNames: ["reason"],
      registers,
    }),
    refusedReports: new Counter({
      name: "onrush_reports_refused_total",
      help: "Reports of older epochs, of other workers or after the end of a share.",
      registers,
    }),
    liveDrops: new Counter({
      name: "onrush_live_dropped_total",
      help: "Live connections dropped because their reader was too slow.",
      registers,
    }),
  };
}

/** Remembers the last revision of recent seconds, the oldest forgotten first. */
function createMemory() {
  const seen = new Map<string, SecondView>();
  return (second: SecondView & { runId: string }): SecondView | undefined => {
    const key = `${second.runId} ${second.second}`;
    const before = seen.get(key);
    if (before !== undefined && before.rev >= second.rev) return second;
    // Only what is compared later is kept.
    seen.set(key, { ...second, steps: [], workers: {}, statusCodes: {} });
    if (seen.size > MAX_SECONDS_KEPT) seen.delete(seen.keys().next().value ?? "");
    return before;
  };
}

/** Scenario names of the runs that go on, from what is published of them. */
class ScenarioNames {
  readonly #names = new Map<string, string>();

  /** The labels of a second; undefined for any other message. */
  labelsOf(message: LiveMessage): SecondLabels | undefined {
    if (message.type === "run") {
      const { id, scenarioName, state } = message.run;
      // A run's last message comes after its last second.
      if (hasEnded(state)) this.#names.delete(id);
      else this.#names.set(id, scenarioName);
    }
    if (message.type !== "second") return undefined;
    const scenario = this.#names.get(message.runId);
    return scenario === undefined ? {} : { scenario };
  }
}

/** How many reports were refused since a run was first heard of: what was before, others counted. */
class RefusedReports {
  readonly #counted = new Map<string, number>();

  more({ id, refusedReports: count, state }: RunView): number {
    const before = this.#counted.get(id) ?? count;
    // A run that has ended refuses without counting.
    if (hasEnded(state)) this.#counted.delete(id);
    else this.#counted.set(id, count);
    return Math.max(0, count - before);
  }
}

/** Prometheus metrics under the names of the project's first design, plus process defaults. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const instruments = createInstruments(registry);
  const remember = createMemory();
  const names = new ScenarioNames();
  const refused = new RefusedReports();
  const scenarios = new Set<string>();
  const scenarioLabel = (name: string) => {
    if (scenarios.size < MAX_SCENARIOS) scenarios.add(name);
    return scenarios.has(name) ? name : "other";
  };
  const metrics: Metrics = {
    observe(message) {
      if (message.type === "run") instruments.refusedReports.inc(refused.more(message.run));
      const labels = names.labelsOf(message);
      if (message.type === "second" && labels !== undefined) metrics.recordSecond(message, labels);
    },
    recordSecond(second, { scenario: name = "" } = {}) {
      const before = remember(second);
      if (before === second) return;
      const scenario = scenarioLabel(name);
      instruments.requests.inc({ scenario }, Math.max(0, second.sent - (before?.sent ?? 0)));
      for (const [error, count] of Object.entries(second.errors)) {
        const more = Math.max(0, count - (before?.errors[error] ?? 0));
        instruments.errors.inc({ scenario, error }, more);
      }
      instruments.latency.add(scenario, "response", second.response, before?.response);
      instruments.latency.add(scenario, "service", second.service, before?.service);
    },
    setActiveWorkers: (count) => instruments.workers.set(count),
    setDemand({ wanted, live, runs }) {
      instruments.wanted.set(wanted);
      instruments.live.set(live);
      for (const [state, count] of Object.entries(runs)) instruments.runs.set({ state }, count);
    },
    setFileBytes: (bytes) => instruments.fileBytes.set(bytes),
    countRefusedUpload: (reason) => instruments.refusedUploads.inc({ reason }),
    countLiveDrop: () => instruments.liveDrops.inc(),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
  return metrics;
}
