import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listOf, previewSchema, workerViewSchema } from "@onrush/shared/api/scenarioApi.ts";
import { calibrationSchema } from "@onrush/shared/wire/capacity.ts";
import { ONRUSH, OnrushProcess } from "./onrushProcess.ts";
import { startEmbedded, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";

let data: string;
let target: TestTarget;
let platform: TestPlatform;
let capacity: number;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
  const env = { ONRUSH_DATA: data, WORKER_THREADS: "1" };
  const args = ["worker", "--calibrate", "--seconds", "0.2", "--json"];
  const calibration = new OnrushProcess(args, env);
  expect(await calibration.exited).toBe(0);
  expect(calibration.groupAlive).toBe(false);
  const measured = calibrationSchema.parse(JSON.parse(calibration.output));
  capacity = measured.capacity.requestsPerSecond;
  expect(capacity).toBeGreaterThan(1_000);
  target = await startTarget("known");
  platform = await startEmbedded(1, data);
});
afterAll(async () => {
  await platform.stop();
  await target.stop();
  await rm(data, { recursive: true, force: true });
});

/** Quiet but for 10 ms at `rps`. */
const peak = (rps: number) => ({
  ...{ name: "peak", targetUrl: `${target.url}/`, durationSeconds: 1, maxInFlight: 50 },
  gracefulStopSeconds: 1,
  loadProfile: {
    ...{ type: "SPIKE" as const, initialRps: 1, spikeRps: rps },
    ...{ spikeStartSecond: 0.5, spikeDurationSeconds: 0.01 },
  },
});

test("a worker tells the capacity that was measured where it runs", async () => {
  const answer = await platform.api.call("GET", "/api/v1/workers");
  const [worker] = listOf(workerViewSchema).parse(answer).items;
  expect(worker?.capacity?.requestsPerSecond).toBe(capacity);
  expect(worker?.files === undefined).toBe(false);
});

test("a run planned above it is warned of before it starts, and by the preview", async () => {
  const rps = capacity * 3;
  const answer = await platform.api.call("POST", "/api/v1/scenarios/preview", peak(rps));
  const [text = ""] = previewSchema.parse(answer).warnings;
  expect(text).toContain("these workers measured");
  const { runId } = await platform.api.start(peak(rps));
  const { events } = await platform.api.ended(runId);
  const warning = events.findIndex((event) => event.kind === "warning" && event.text === text);
  const begins = events.findIndex((event) => event.text.includes("load begins"));
  expect(warning).toBeGreaterThanOrEqual(0);
  expect(warning).toBeLessThan(begins);
});

test("a run within it is not", async () => {
  const { runId } = await platform.api.start(peak(capacity / 2));
  const { events, summary } = await platform.api.ended(runId);
  expect(events.filter((event) => event.kind === "warning")).toEqual([]);
  expect(summary?.badSeconds?.of).toBeGreaterThan(0);
  const [second] = await platform.api.seconds(runId);
  const [health] = Object.values(second?.workers ?? {});
  expect(health?.latenessP99Ms).toBeGreaterThan(0);
  expect(health?.processCpu).toBeGreaterThan(0);
});

test("a worker's traffic is that of all its shares, and its health is in every second", async () => {
  const load = (name: string, initialRps: number) => ({
    name,
    loadProfile: { type: "CONSTANT" as const, initialRps },
    steps: [{ name: "get", protocol: "http" as const, url: `${target.url}/` }],
  });
  const { runId } = await platform.api.start({
    ...{ name: "shares", durationSeconds: 3, gracefulStopSeconds: 1 },
    workloads: [load("few", 50), load("many", 200), load("some", 100)],
  });
  const { shares } = await platform.api.ended(runId);
  expect(new Set(shares.map(({ workerId }) => workerId)).size).toBe(1);
  const loaded = (await platform.api.seconds(runId)).filter(({ planned }) => planned > 0);
  expect(loaded).toHaveLength(3);
  for (const { workers, bytesSent, bytesReceived, inFlight, connections } of loaded) {
    const [health] = Object.values(workers);
    expect(health?.mbps).toBeCloseTo(((bytesSent + bytesReceived) * 8) / 1e6, 3);
    expect(health).toMatchObject({ inFlight, connections });
    expect(health?.rssBytes).toBeGreaterThan(1e6);
  }
});

test("a run that may need more files than a worker may open says what to do", async () => {
  const quick = ["quick", `${target.url}/`, "--rps", "200", "--duration", "1s"];
  // Node raises the soft limit to the hard one, so both are lowered.
  const limited = ["-c", 'ulimit -n 512; exec "$0" "$@"', ONRUSH, ...quick];
  const run = new OnrushProcess(limited, { WORKER_THREADS: "1", ONRUSH_DATA: data }, "/bin/sh");
  expect(await run.exited).toBeLessThan(5);
  expect(run.output).toMatch(/only 512 file descriptors/);
  expect(run.output).toMatch(/warning: up to 6,000 connections .* only 512 files.*ulimit -n/);
  expect(run.output).toMatch(/200 sent/);
});
