import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import {
  engines,
  startEmbedded,
  startTarget,
  type TestPlatform,
  type TestTarget,
} from "./platforms.ts";
import {
  expectAllStarted,
  reasonsBesidesTheMachine,
  withheldInRun,
  withheldMs,
} from "./standstills.ts";

interface KnownStats {
  received: number;
}

const get = async <T>(url: string) => (await (await fetch(url)).json()) as T;
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** Everything that must add up, whatever the machine was doing meanwhile. */
function expectBalanced(run: RunView, received: number) {
  const { state, ledger, summary, shares } = run;
  expect(state).toBe("COMPLETED");
  expect(ledger.started + ledger.dropped + ledger.lost).toBe(ledger.scheduled);
  expect(ledger.lost).toBe(0);
  expect(ledger.ok + ledger.failed + ledger.neutral + ledger.interrupted).toBe(ledger.started);
  expect(summary?.requests.sent).toBe(received);
  expect(sum(shares.map((share) => share.sent))).toBe(received);
  expect(sum(shares.map((share) => share.started))).toBe(ledger.started);
  expect(reasonsBesidesTheMachine(run)).toEqual([]);
}

/** What tells one platform from another, and the fields that each of its scenarios gets. */
const modes: [string, (typeof engines)[number][1], Partial<ScenarioInput>][] = [
  ...engines.map(([name, start]): (typeof modes)[number] => [name, start, {}]),
  ["embedded, over undici", startEmbedded, { transport: "undici" }],
];

describe.each(modes)("closed loads %s", (_name, start, common) => {
  let platform: TestPlatform;
  let target: TestTarget;
  /** Takes 200 ms to answer. */
  let slow: TestTarget;

  beforeAll(async () => {
    [platform, target, slow] = await Promise.all([
      start(3),
      startTarget("known"),
      startTarget("known", "--delay-ms", "200"),
    ]);
  });
  afterAll(async () => {
    await platform?.stop();
    await target?.stop();
    await slow?.stop();
  });

  async function load(fields: Record<string, unknown>, at = target) {
    await fetch(`${at.url}/__reset`, { method: "POST" });
    const { runId } = await platform.api.start({
      ...{ name: "closed", targetUrl: `${at.url}/`, numWorkers: 3, ...common },
      ...fields,
    });
    const run = await platform.api.ended(runId);
    const { received } = await get<KnownStats>(`${at.url}/__stats`);
    expectBalanced(run, received);
    return { run, received, seconds: await platform.api.seconds(runId) };
  }

  test("VUS: all users are there in every second, and the target saw what they sent", async () => {
    const loadProfile = { type: "VUS", vus: 20 };
    const { run, seconds } = await load({ durationSeconds: 3, loadProfile });
    expect(run.summary?.vus.max).toBe(20);
    expect(run.summary?.durationSeconds).toBe(3);
    expect(seconds.slice(0, 3).map(({ users }) => users)).toEqual([20, 20, 20]);
    expect(run.ledger.scheduled).toBe(run.ledger.started);
    expect(seconds.every(({ inFlight }) => inFlight <= 20)).toBe(true);
  });

  test("VUS with a pace: each user begins once per pace", async () => {
    const loadProfile = { type: "VUS", vus: 12, paceSeconds: 0.5 };
    const { run, received } = await load({ durationSeconds: 4, loadProfile });
    // 0, 0.5, … 3.5 s; only an answer that takes longer than the pace could make it less.
    expect(received).toBeLessThanOrEqual(12 * 8);
    const missedRounds = Math.ceil(withheldInRun(run) / 500);
    expect(received).toBeGreaterThanOrEqual(12 * (7 - missedRounds));
  });

  test("VU_STAGES: users come and go along the stages", async () => {
    const stages = [
      { durationSeconds: 2, targetVus: 30 },
      { durationSeconds: 1, targetVus: 30 },
      { durationSeconds: 2, targetVus: 0 },
    ];
    const loadProfile = { type: "VU_STAGES", paceSeconds: 0.2, stages };
    const { run, seconds } = await load({ loadProfile, connections: "perUser" });
    expect(run.summary?.vus.max).toBe(30);
    const users = seconds.slice(0, 5).map((second) => second.users);
    expect(users[2]).toBe(30);
    // Users who come or go in its last moments may be a little late for the others.
    for (const [second, wanted] of [15, 30, 30, 30, 15].entries()) {
      const missed = Math.abs((users[second] ?? 0) - wanted);
      const secondMs = Date.parse(run.startedAt ?? "") + second * 1000;
      const late = (15 * withheldMs(secondMs, secondMs + 1000)) / 1000;
      expect(missed, users.join()).toBeLessThanOrEqual(3 + late);
    }
  });

  test("ITERATIONS: exactly as many as were asked for, and no longer than they take", async () => {
    const loadProfile = { type: "ITERATIONS", iterations: 5_000, concurrency: 25 };
    const { run, received } = await load({ loadProfile });
    expect(received).toBe(5_000);
    expect(run.ledger).toMatchObject({ scheduled: 5_000, started: 5_000, dropped: 0 });
    expect(run.summary?.vus.max).toBe(25);
    expect(run.summary?.durationSeconds).toBeLessThan(60);
  });

  test("ITERATIONS that are not done in time: the rest is dropped, and said", async () => {
    const loadProfile = {
      ...{ type: "ITERATIONS", iterations: 1_000, concurrency: 2, maxDurationSeconds: 1 },
    };
    const { run, received } = await load({ loadProfile }, slow);
    expect(run.ledger.scheduled).toBe(1_000);
    expect(run.ledger.started).toBe(received);
    expect(run.ledger.droppedBy).toEqual({ maxDuration: 1_000 - received });
    expect(received).toBeLessThanOrEqual(10);
  });

  test("DEVICES: the exact schedule of all devices together", async () => {
    const loadProfile = { type: "DEVICES", devices: 50, messagesPerSecond: 2 };
    const { run } = await load({ durationSeconds: 3, loadProfile });
    expect(run.ledger.scheduled).toBe(300);
  });

  test("Poisson arrivals: the same seed schedules the same number, another seed another", async () => {
    const loadProfile = { type: "CONSTANT", initialRps: 300 };
    const runs = [];
    for (const seed of [7, 7, 8]) {
      const fields = { durationSeconds: 2, arrival: "poisson", seed, loadProfile };
      runs.push((await load(fields)).run.ledger.scheduled);
    }
    expect(runs[1]).toBe(runs[0]);
    expect(runs[2]).not.toBe(runs[0]);
  });

  test("several workloads of different kinds in one run each keep their own account", async () => {
    const step = (name: string) => ({
      name,
      protocol: "http" as const,
      url: `${target.url}/${name}`,
    });
    const workloads: ScenarioInput["workloads"] = [
      { name: "rate", loadProfile: { type: "CONSTANT", initialRps: 200 }, steps: [step("a")] },
      { name: "users", loadProfile: { type: "VUS", vus: 5 }, steps: [step("b"), step("c")] },
      {
        name: "batch",
        loadProfile: { type: "ITERATIONS", iterations: 333, concurrency: 4 },
        steps: [step("d")],
      },
    ];
    await fetch(`${target.url}/__reset`, { method: "POST" });
    const document = { name: "mixed", durationSeconds: 2, numWorkers: 2, workloads, ...common };
    const { runId } = await platform.api.start(document);
    const run = await platform.api.ended(runId);
    const { received } = await get<KnownStats>(`${target.url}/__stats`);
    expectBalanced(run, received);
    const [rate, users, batch] = run.summary?.workloads ?? [];
    expect(rate?.iterations.scheduled).toBe(400);
    expect(batch?.iterations).toMatchObject({ scheduled: 333, started: 333 });
    expect(users?.vus.max).toBe(5);
    expect(run.summary?.vus.max).toBeGreaterThanOrEqual(5);
    expect(run.summary?.durationSeconds).toBe(2);
  });

  test("overload: queue begins what waited, fail ends the run and says why", async () => {
    const fields = {
      ...{ durationSeconds: 2, maxInFlight: 2, numWorkers: 1 },
      loadProfile: { type: "CONSTANT" as const, initialRps: 20 },
    };
    const queued = await load({ ...fields, overload: "queue" }, slow);
    expectAllStarted(queued.run, 40);
    const { runId } = await platform.api.start({
      ...{ name: "fail", targetUrl: `${slow.url}/`, overload: "fail" },
      ...fields,
      ...common,
    });
    const failed = await platform.api.ended(runId);
    expect(failed.state).toBe("FAILED");
    expect(failed.verdict.reasons.join()).toMatch(/in flight \(overload: fail\)/);
  });
});
