import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";

import { type CurveProfile, profileCurve } from "@onrush/shared/scenario/profileCurve.ts";
import { ArrivalSchedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { plannedPerSecond } from "@onrush/shared/schedule/plannedCounts.ts";
import {
  engines,
  startEmbedded,
  startTarget,
  type TestPlatform,
  type TestTarget,
} from "./platforms.ts";

const SECONDS = 10;

const profiles: Record<string, CurveProfile> = {
  CONSTANT: { type: "CONSTANT", initialRps: 1000 },
  RAMP: { type: "RAMP", initialRps: 100, targetRps: 1500, rampUpSeconds: 7 },
  BURST: {
    type: "BURST",
    initialRps: 300,
    bursts: [
      { startSecond: 2, durationSeconds: 1.5, rps: 1800 },
      { startSecond: 6, durationSeconds: 1, rps: 2000 },
    ],
  },
  SPIKE: {
    type: "SPIKE",
    initialRps: 500,
    spikeRps: 2500,
    spikeStartSecond: 4.5,
    spikeDurationSeconds: 1,
  },
  // SECONDS long.
  STAGES: {
    type: "STAGES",
    initialRps: 200,
    stages: [
      { durationSeconds: 3, targetRps: 1200 },
      { durationSeconds: 2.5, targetRps: 1200 },
      { durationSeconds: 0, targetRps: 500 },
      { durationSeconds: 4.5, targetRps: 50 },
    ],
  },
};

/** A scenario's fields; stages say themselves how long they last. */
const fieldsOf = (loadProfile: CurveProfile) =>
  loadProfile.type === "STAGES" ? { loadProfile } : { loadProfile, durationSeconds: SECONDS };

interface KnownStats {
  received: number;
}
interface KnownSeconds {
  before: number;
  perSecond: { second: number; count: number }[];
}

const get = async <T>(url: string) => (await (await fetch(url)).json()) as T;
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** Everything that must add up, whatever the machine was doing meanwhile. */
function expectBalanced(run: RunView, scheduled: number, received: number): void {
  const { ledger, summary, shares } = run;
  expect(run.state).toBe("COMPLETED");
  expect(ledger.scheduled).toBe(scheduled);
  expect(ledger.started + ledger.dropped + ledger.lost).toBe(scheduled);
  expect(ledger.lost).toBe(0);
  expect(ledger.ok + ledger.failed + ledger.neutral + ledger.interrupted).toBe(ledger.started);
  expect(summary?.requests.sent).toBe(received);
  expect(sum(shares.map((share) => share.sent))).toBe(received);
  expect(sum(shares.map((share) => share.started))).toBe(ledger.started);
  expect(sum(shares.map((share) => share.planned))).toBe(scheduled);
  expect(sum(Object.values(summary?.statusCodes ?? {}))).toBe(received - ledger.interrupted);
  // Nothing that has to do with accounting may have been found; a slow machine may be.
  expect(
    run.verdict.reasons.filter((reason) => !/lateness|cores|by its own fault/.test(reason)),
  ).toEqual([]);
}

describe.each(engines)("the count of a run %s is exact", (_engine, start) => {
  let platform: TestPlatform;
  let target: TestTarget;

  beforeAll(async () => {
    [platform, target] = await Promise.all([start(5), startTarget("known")]);
  });
  afterAll(async () => {
    await platform?.stop();
    await target?.stop();
  });

  describe.each([1, 2, 5])("with %i workers", (numWorkers) => {
    test.each(Object.entries(profiles))("%s", async (name, loadProfile) => {
      await fetch(`${target.url}/__reset`, { method: "POST" });
      const { runId } = await platform.api.start({
        name: `${name} with ${numWorkers}`,
        targetUrl: `${target.url}/`,
        numWorkers,
        ...fieldsOf(loadProfile),
      });
      const run = await platform.api.ended(runId);
      const stats = await get<KnownStats>(`${target.url}/__stats`);
      const schedule = new ArrivalSchedule(profileCurve(loadProfile, SECONDS));
      if (name === "CONSTANT") expect(schedule.total).toBe(10_000);
      expectBalanced(run, schedule.total, stats.received);
      expect(new Set(run.shares.map((share) => share.workerId)).size).toBe(numWorkers);

      const seconds = await platform.api.seconds(runId);
      const planned = plannedPerSecond(schedule);
      const accounted = seconds.slice(0, SECONDS).map((second) => second.started + second.dropped);
      expect(accounted).toEqual(planned);
      expect(sum(seconds.map((second) => second.sent))).toBe(stats.received);
    });
  });
});

describe("over undici the count is as exact as over plain sockets", () => {
  let platform: TestPlatform;
  let target: TestTarget;

  beforeAll(async () => {
    [platform, target] = await Promise.all([startEmbedded(2), startTarget("known")]);
  });
  afterAll(async () => {
    await platform?.stop();
    await target?.stop();
  });

  test.each(Object.entries(profiles))("%s", async (name, loadProfile) => {
    await fetch(`${target.url}/__reset`, { method: "POST" });
    const { runId } = await platform.api.start({
      name: `${name} over undici`,
      targetUrl: `${target.url}/`,
      numWorkers: 2,
      transport: "undici",
      ...fieldsOf(loadProfile),
    });
    const run = await platform.api.ended(runId);
    const { received } = await get<KnownStats>(`${target.url}/__stats`);
    expectBalanced(run, new ArrivalSchedule(profileCurve(loadProfile, SECONDS)).total, received);
  });
});

describe("the target sees the curve", () => {
  let platform: TestPlatform;
  let target: TestTarget;

  beforeAll(async () => {
    [platform, target] = await Promise.all([startEmbedded(1), startTarget("known")]);
  });
  afterAll(async () => {
    await platform?.stop();
    await target?.stop();
  });

  // Other work on the machine can only make arrivals later, so one undisturbed run shows it.
  test.each(Object.entries(profiles))(
    "%s: in each second within max(3, 0.5 %%) of the plan",
    { retry: 3 },
    async (name, loadProfile) => {
      await fetch(`${target.url}/__reset`, { method: "POST" });
      const { runId } = await platform.api.start({
        name,
        targetUrl: `${target.url}/`,
        ...fieldsOf(loadProfile),
      });
      const run = await platform.api.ended(runId);
      const originUs = Date.parse(run.startedAt ?? "") * 1000;
      const log = await get<KnownSeconds>(`${target.url}/__perSecond?originUs=${originUs}`);
      const seen = Array.from({ length: SECONDS }, () => 0);
      for (const { second, count } of log.perSecond) {
        // What is sent in the very last moment may arrive just after the end.
        const at = Math.min(second, SECONDS - 1);
        seen[at] = (seen[at] ?? 0) + count;
      }
      expect(log.before).toBe(0);
      const planned = plannedPerSecond(new ArrivalSchedule(profileCurve(loadProfile, SECONDS)));
      planned.forEach((count, second) => {
        const allowed = Math.max(3, count * 0.005);
        const off = Math.abs((seen[second] ?? 0) - count);
        expect(off, `second ${second}: ${seen[second]} of ${count}`).toBeLessThanOrEqual(allowed);
      });
    },
  );

  test("8.3 requests/s for 30 s are 249", async () => {
    await fetch(`${target.url}/__reset`, { method: "POST" });
    const { runId } = await platform.api.start({
      name: "8.3 for 30 s",
      targetUrl: `${target.url}/`,
      durationSeconds: 30,
      loadProfile: { type: "CONSTANT", initialRps: 8.3 },
    });
    const run = await platform.api.ended(runId);
    const { received } = await get<KnownStats>(`${target.url}/__stats`);
    expectBalanced(run, 249, received);
  });
});
