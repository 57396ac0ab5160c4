import { expect, test } from "vitest";
import { newRunView } from "../runs/runView.ts";
import { planRun } from "../planning/runPlan.ts";
import { document, testSecond } from "../http/testServer.ts";
import { storedScenarioSchema } from "@onrush/shared/api/scenarioApi.ts";
import { createMetrics } from "./metrics.ts";

const scenario = "Small";
const CREATED_AT = "2026-11-20T10:00:00.000Z";
const stored = { id: "s", ownerId: "o", createdAt: CREATED_AT, updatedAt: CREATED_AT };
const aScenario = storedScenarioSchema.parse({ ...document, ...stored });
const aRunView = (id: string) => newRunView(id, aScenario, "o", planRun(aScenario), CREATED_AT);
const live = (second: number, rev: number) => ({ ...testSecond(second, rev), runId: "r" });

test("seconds become requests, errors and latencies in seconds", async () => {
  const metrics = createMetrics();
  metrics.recordSecond(live(0, 1), { scenario });
  metrics.recordSecond(live(1, 1), { scenario });
  metrics.setActiveWorkers(3);
  const { body, contentType } = await metrics.text();
  expect(contentType).toContain("text/plain");
  expect(body).toContain("# TYPE loadtest_latency_seconds summary");
  for (const line of [
    'loadtest_requests_total{scenario="Small"} 20',
    'loadtest_errors_total{scenario="Small",error="status 500"} 2',
    'loadtest_latency_seconds{scenario="Small",kind="response",quantile="0.99"} 0.04',
    'loadtest_latency_seconds_sum{scenario="Small",kind="response"} 0.4',
    'loadtest_latency_seconds_count{scenario="Small",kind="service"} 20',
    "loadtest_active_workers 3",
  ]) {
    expect(body.split("\n")).toContain(line);
  }
});

test("a correction adds only what is new, an old revision nothing", async () => {
  const metrics = createMetrics();
  metrics.recordSecond(live(0, 1), { scenario });
  metrics.recordSecond({ ...live(0, 2), sent: 14 }, { scenario });
  metrics.recordSecond(live(0, 1), { scenario });
  metrics.recordSecond({ ...live(0, 2), sent: 99 }, { scenario });
  const { body } = await metrics.text();
  expect(body).toContain('loadtest_requests_total{scenario="Small"} 14\n');
  expect(body).toContain('loadtest_errors_total{scenario="Small",error="status 500"} 1\n');
  expect(body).toContain('loadtest_latency_seconds_count{scenario="Small",kind="response"} 10\n');
});

test("the number of scenario labels is bounded", async () => {
  const metrics = createMetrics();
  for (let i = 0; i < 300; i++) metrics.recordSecond(live(i, 1), { scenario: `s${i}` });
  const { body } = await metrics.text();
  const lines = body.split("\n").filter((line) => line.startsWith("loadtest_requests_total{"));
  expect(lines).toHaveLength(201);
  expect(lines).toContain('loadtest_requests_total{scenario="other"} 1000');
});

test("seconds of runs carry the name of their scenario", async () => {
  const metrics = createMetrics();
  const run = { ...aRunView("r"), scenarioName: "Checkout" };
  metrics.observe({ type: "second", ...live(0, 1) });
  metrics.observe({ type: "run", run });
  metrics.observe({ type: "second", ...live(1, 1) });
  metrics.observe({ type: "run", run: { ...run, state: "COMPLETED" } });
  const { body } = await metrics.text();
  expect(body).toContain('loadtest_requests_total{scenario=""} 10\n');
  expect(body).toContain('loadtest_requests_total{scenario="Checkout"} 10\n');
});

test("refused reports are counted as they come, not what others had counted before", async () => {
  const metrics = createMetrics();
  const run = aRunView("r");
  const state = "RUNNING";
  metrics.observe({ type: "run", run: { ...run, state, refusedReports: 5 } });
  metrics.observe({ type: "run", run: { ...run, state, refusedReports: 7 } });
  metrics.observe({ type: "run", run: { ...run, state, refusedReports: 7 } });
  const ended = { ...run, state: "COMPLETED", refusedReports: 8 } as const;
  metrics.observe({ type: "run", run: ended });
  metrics.observe({ type: "run", run: ended });
  const { body } = await metrics.text();
  expect(body).toContain("onrush_reports_refused_total 3\n");
});

test("what workers are wanted is told, also when none is any more", async () => {
  const metrics = createMetrics();
  metrics.setDemand({ wanted: 7, live: 2, runs: { QUEUED: 1, RUNNING: 1 } });
  metrics.setDemand({ wanted: 5, live: 2, runs: { QUEUED: 0, RUNNING: 1 } });
  const { body } = await metrics.text();
  for (const line of [
    "onrush_workers_wanted 5",
    "onrush_workers_live 2",
    'onrush_runs{state="QUEUED"} 0',
    'onrush_runs{state="RUNNING"} 1',
  ]) {
    expect(body.split("\n")).toContain(line);
  }
});
