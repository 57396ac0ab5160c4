import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { LiveMessage, RealtimeStats, SecondView } from "@onrush/shared/api/secondView.ts";
import type { Ledger, RunView } from "@onrush/shared/api/runView.ts";
import type { PageQuery, StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import type { ListedWorker } from "@onrush/shared/wire/heartbeat.ts";
import { createLogger } from "../platform/logger.ts";
import { createMetrics } from "../platform/metrics.ts";
import type { WorkerDirectory } from "../platform/ports.ts";
import { planRun } from "../planning/runPlan.ts";
import type { Runs } from "../runs/runs.ts";
import type { FileStore, KeptFile } from "../scenarios/fileStore.ts";
import { type FileLimits, KeptFiles, noFileLimits } from "../scenarios/keptFiles.ts";
import type { Page, ScenarioStore } from "../scenarios/scenarioStore.ts";
import { createHttpServer, type HttpServerOptions } from "./createServer.ts";

/** Small working stand-ins, and the real server on a free port, for the tests of this package. */

const page = <T>(items: T[], { limit, offset }: PageQuery): Page<T> => ({
  items: items.slice(offset, offset + limit),
  total: items.length,
});

export class MemoryScenarioStore implements ScenarioStore {
  readonly all = new Map<string, StoredScenario>();
  create(scenario: StoredScenario) {
    this.all.set(scenario.id, scenario);
    return Promise.resolve();
  }
  get(id: string) {
    return Promise.resolve(this.all.get(id));
  }
  list(query: PageQuery) {
    return Promise.resolve(page([...this.all.values()].toReversed(), query));
  }
  replace(scenario: StoredScenario) {
    const known = this.all.has(scenario.id);
    if (known) this.all.set(scenario.id, scenario);
    return Promise.resolve(known);
  }
  remove(id: string) {
    return Promise.resolve(this.all.delete(id));
  }
  async *namedFiles() {
    for (const { files = {} } of this.all.values()) {
      for (const { sha256 } of Object.values(files)) yield sha256;
    }
  }
}

export class MemoryFileStore implements FileStore {
  readonly all = new Map<string, Uint8Array>();
  readonly usedAtMs = new Map<string, number>();
  async put(sha256: string, bytes: Uint8Array, nowMs: number) {
    this.all.set(sha256, bytes);
    await this.touch(sha256, nowMs);
  }
  get(sha256: string) {
    return Promise.resolve(this.all.get(sha256));
  }
  touch(sha256: string, nowMs: number) {
    if (!this.all.has(sha256)) return Promise.resolve(false);
    this.usedAtMs.set(sha256, Math.max(nowMs, this.#used(sha256)));
    return Promise.resolve(true);
  }
  list(): Promise<KeptFile[]> {
    const files = [...this.all].map(([sha256, { length: bytes }]) => ({
      ...{ sha256, bytes, usedAtMs: this.#used(sha256) },
    }));
    return Promise.resolve(files.sort((a, b) => a.usedAtMs - b.usedAtMs));
  }
  async totalBytes() {
    return [...this.all.values()].reduce((total, { length }) => total + length, 0);
  }
  remove(sha256: string, usedAtMs: number) {
    return Promise.resolve(this.#used(sha256) <= usedAtMs && this.all.delete(sha256));
  }
  clearRemains() {
    return Promise.resolve();
  }
  #used(sha256: string): number {
    return this.usedAtMs.get(sha256) ?? 0;
  }
}

const emptyLedger: Ledger = {
  ...{ scheduled: 0, started: 0, dropped: 0, lost: 0, maybeSent: 0, droppedBy: {} },
  ...{ ok: 0, failed: 0, neutral: 0, interrupted: 0 },
};

const noLatency = {
  ...{ count: 0, avg: 0, min: 0, max: 0, sd: 0 },
  ...{ p50: 0, p75: 0, p90: 0, p95: 0, p99: 0, p999: 0 },
};

export function testSecond(second: number, rev = 1): SecondView {
  return {
    ...{ second, rev, partial: false, planned: 10, started: 10, lost: 0, dropped: 0 },
    ...{ droppedBy: {}, sent: 10, completed: 10, inFlight: 0, users: 0, connections: 1 },
    ...{
      bytesSent: 0,
      bytesReceived: 0,
      redirects: 0,
      latenessP99Ms: 0,
      phases: {},
      steps: [],
      workers: {},
      bad: [],
    },
    ...{ ok: 9, failed: 1, neutral: 0, interrupted: 0 },
    ...{ statusCodes: { 200: 9, 500: 1 }, errors: { "status 500": 1 } },
    response: { ...noLatency, count: 10, avg: 20, p50: 15, p99: 40 },
    service: { ...noLatency, count: 10, avg: 10, p50: 8, p99: 30 },
  };
}

/** Runs that exist and can be stopped, without any load; tests make them say things. */
export class MemoryRuns implements Runs {
  readonly all = new Map<string, RunView>();
  readonly stored = new Map<string, SecondView[]>();
  /** What was measured, as stores keep it. */
  readonly records = new Map<string, RunSecond[]>();
  readonly #scenarios = new Map<string, StoredScenario>();
  readonly watchers = new Map<string, Set<(message: LiveMessage) => void>>();
  /** Called before seconds are read: the moment between subscription and history. */
  beforeSeconds: () => void | Promise<void> = () => undefined;
  #next = 1;

  start(scenario: StoredScenario, ownerId: string) {
    const id = `run-${this.#next++}`;
    const run: RunView = {
      ...{ id, scenarioId: scenario.id, scenarioName: scenario.name, ownerId },
      ...{ state: "QUEUED", createdAt: "2026-11-20T10:00:00.000Z", startedAt: null },
      ...{ endedAt: null, queuePosition: 1, plannedSeconds: 10, numWorkers: 1, summary: null },
      ledger: emptyLedger,
      verdict: { sla: "NONE", validity: "VALID", reasons: [] },
      sla: [],
      ...{ setup: null, teardown: null, refusedReports: 0 },
      ...{ shares: [], events: [] },
    };
    this.all.set(id, run);
    this.#scenarios.set(id, scenario);
    this.stored.set(id, []);
    return Promise.resolve(run);
  }
  get(runId: string) {
    return Promise.resolve(this.all.get(runId));
  }
  list(query: PageQuery, scenarioId?: string) {
    const runs = [...this.all.values()].toReversed();
    const of = runs.filter((run) => scenarioId === undefined || run.scenarioId === scenarioId);
    return Promise.resolve(page(of, query));
  }
  stop(runId: string) {
    const run = this.all.get(runId);
    if (run !== undefined && !hasEnded(run.state)) this.say({ type: "run", run: stopped(run) });
    return Promise.resolve(this.all.get(runId));
  }
  remove(runId: string) {
    const run = this.all.get(runId);
    if (run === undefined) return Promise.resolve("unknown" as const);
    if (!hasEnded(run.state)) return Promise.resolve("active" as const);
    this.all.delete(runId);
    return Promise.resolve("removed" as const);
  }
  async seconds(runId: string, from: number, to: number) {
    await this.beforeSeconds();
    return this.stored.get(runId)?.filter(({ second }) => second >= from && second <= to);
  }
  results(runId: string) {
    const [run, scenario] = [this.all.get(runId), this.#scenarios.get(runId)];
    if (run === undefined || scenario === undefined) return Promise.resolve(undefined);
    const records = this.records.get(runId) ?? [];
    const plan = planRun(scenario);
    // One at a time: whatever reads them has to go on over pieces.
    const pieces = () => Readable.from(records.map((record) => [record]));
    return Promise.resolve({ run, plan, records: pieces });
  }
  realtime(scenarioId: string, lastNSeconds: number): Promise<RealtimeStats> {
    const run = [...this.all.values()].findLast((r) => r.scenarioId === scenarioId);
    return Promise.resolve({
      ...{ scenarioId, runId: run?.id ?? null, runState: run?.state ?? null },
      ...{ windowSeconds: run === undefined ? 0 : lastNSeconds, totalRequests: 0, successRate: 0 },
      ...{ avgLatencyMs: 0, p50LatencyMs: 0, p95LatencyMs: 0, p99LatencyMs: 0 },
      ...{ serviceAvgLatencyMs: 0, serviceP50LatencyMs: 0, serviceP95LatencyMs: 0 },
      ...{ serviceP99LatencyMs: 0, currentRps: 0 },
      ...{ statusCodeDistribution: {}, errorDistribution: {} },
    });
  }
  watch(runId: string, listen: (message: LiveMessage) => void) {
    const listeners = this.watchers.get(runId) ?? new Set();
    this.watchers.set(runId, listeners.add(listen));
    return () => listeners.delete(listen);
  }

  /** Stores what the message tells and tells it to who watches. */
  say(message: LiveMessage): void {
    if (message.type === "history") return;
    const runId = message.type === "run" ? message.run.id : message.runId;
    if (message.type === "run") this.all.set(runId, message.run);
    if (message.type === "second") {
      const { type: _type, runId: _runId, ...view } = message;
      const others = (this.stored.get(runId) ?? []).filter((s) => s.second !== view.second);
      this.stored.set(runId, [...others, view]);
    }
    for (const listen of this.watchers.get(runId) ?? []) listen(message);
  }
}

const stopped = (run: RunView): RunView => ({
  ...run,
  ...{ state: "STOPPED", endedAt: "2026-11-20T10:00:05.000Z", queuePosition: null },
});

export const testWorker: ListedWorker = {
  ...{ workerId: "w-1", hostname: "box", pid: 7, labels: {}, state: "idle", threads: 1 },
  ...{ cpu: 0.1, rssBytes: 1_000, mbps: 0, lagMs: 0.4, clockOffsetUs: -3, clockErrorUs: 5 },
  ...{ shares: [], lastSeenMs: Date.parse("2026-11-20T10:00:00.000Z") },
};

export class MemoryDirectory implements WorkerDirectory {
  workers: ListedWorker[] = [testWorker];
  list() {
    return Promise.resolve(this.workers);
  }
  reserve() {
    return Promise.resolve([]);
  }
  reserveMore() {
    return Promise.resolve([]);
  }
  setShares() {
    return Promise.resolve(true);
  }
  fence() {
    return Promise.resolve({ shares: [], atMs: 0 });
  }
  absent() {
    return Promise.resolve({ workerIds: [], atMs: 0 });
  }
  restore() {
    return Promise.resolve();
  }
  claims() {
    return Promise.resolve(undefined);
  }
  release() {
    return Promise.resolve();
  }
}

type TestOverrides = Partial<Omit<HttpServerOptions, "files">> & { limits?: FileLimits };

/** The real server on a free port of 127.0.0.1 over the stand-ins. */
export async function startTestServer({ limits = noFileLimits, ...overrides }: TestOverrides = {}) {
  const runs = new MemoryRuns();
  const scenarios = new MemoryScenarioStore();
  const directory = new MemoryDirectory();
  const files = new MemoryFileStore();
  const logged: string[] = [];
  const logger = createLogger({ level: "warn" }, { write: (line) => logged.push(line) });
  const kept = new KeptFiles({
    ...{ store: files, scenarios, limits, logger, time: { nowMs: () => Date.now() } },
    runs: { active: () => Promise.resolve([]) },
  });
  const http = createHttpServer({
    ...{ runs, scenarios, files: kept, directory, checks: {}, metrics: createMetrics(), logger },
    info: { version: "1.2.3", engine: { link: "local", store: "sqlite" }, auth: "none" },
    dashboardDir: join(tmpdir(), "onrush-no-dashboard-here"),
    host: "127.0.0.1",
    ...overrides,
  });
  const url = await http.listen(0);
  return { ...http, runs, scenarios, files, directory, logged, url, api: `${url}/api/v1` };
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>;

/** A small valid scenario document. */
export const document = {
  name: "Small",
  targetUrl: "http://127.0.0.1:9/",
  durationSeconds: 10,
  loadProfile: { type: "CONSTANT", initialRps: 8.3 },
};

export function sendJson(url: string, method: string, body: unknown, headers = {}) {
  return fetch(url, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
