import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { withheldMs } from "../system/standstills.ts";
import {
  expectBalanced,
  expectDoubted,
  expectEverySecond,
  expectNoDoubles,
  expectNothingTwice,
  MUCH_LOST,
  startedIn,
} from "./ledgerRules.ts";
import { expectAllSeconds, expectHealed } from "./healed.ts";
import { carrierOf, startChaos } from "./platform.ts";
import { steady } from "./scenarios.ts";
import { waitUntil } from "./waitUntil.ts";

// One heartbeat and what it takes to arrive.
const UNTOLD_MS = 400;
// Around a kill: what a machine that stands still can add to that, until the lease has run out.
const LEASE_MS = 1_500;

/** What a worker with that rate may have sent when it is killed, and nobody was told. */
function untoldAt(killedMs: number, rps: number): number {
  const untoldMs = UNTOLD_MS + withheldMs(killedMs - LEASE_MS, killedMs + LEASE_MS);
  return (rps * untoldMs) / 1000;
}

test("a killed worker's share is carried on within 3 s, and nothing is sent twice", async (scope) => {
  const load = { rps: 3_000, seconds: 14, workers: 3 };
  const platform = await startChaos(scope, { workers: 3 });
  const { api, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  const victim = carrierOf(platform, await api.loaded(runId, 3), 1);
  await victim.kill();
  const killedMs = Date.now();
  const run = await api.outcome(runId);

  const counts = await target.counts();
  await expectHealed(platform, run, load, { lostIds: [victim.id], lostMs: killedMs });
  expect(run.ledger.lost).toBeGreaterThan(0);
  expect(run.ledger.lost).toBeLessThan(MUCH_LOST * run.ledger.scheduled);
  const untold = untoldAt(killedMs, load.rps / load.workers);
  expect(counts.received - run.ledger.started).toBeLessThanOrEqual(untold);
  await expectAllSeconds(api, run, load);
  expect(run.ledger.maybeSent).toBeLessThanOrEqual(untold);
});

test.each([
  ["iterations of two steps", { type: "CONSTANT", initialRps: 600 } as const],
  ["users of two steps", { type: "VUS", vus: 60 } as const],
])(
  "of %s, every request of a killed worker is counted or may have been sent",
  async (_what, loadProfile) => {
    const scope = { onTestFinished, onTestFailed };
    const platform = await startChaos(scope, {
      ...{ workers: 3, targetOptions: ["--delay-ms", "80"] },
    });
    const { api, target } = platform;
    const step = { protocol: "http" as const, url: `${target.url}/` };
    const { runId } = await api.start({
      ...{ name: "two steps", durationSeconds: 8, numWorkers: 3, loadProfile },
      steps: [
        { ...step, name: "first", headers: { "x-arrival": "{{iteration}}" } },
        { ...step, name: "second" },
      ],
    });
    const victim = carrierOf(platform, await api.loaded(runId, 3), 1);
    // A second has just been reported: in another one there is most that nobody was told.
    await pause(700);
    await victim.kill();
    const run = await api.outcome(runId);

    const counts = await target.counts();
    const { sent = 0, maybeSent = 0 } = run.summary?.requests ?? {};
    expect(counts.doubled).toEqual([]);
    expect(counts.received).toBeGreaterThanOrEqual(sent);
    expect(counts.received).toBeLessThanOrEqual(sent + maybeSent);
    // A bound that allows anything would hold, too: two requests each in 2.5 s of a third.
    expect(maybeSent).toBeLessThanOrEqual(1_000);
    expectDoubted(run, [victim.id]);
  },
);

test("when two workers are killed in turn, the survivor carries all", async (scope) => {
  const load = { rps: 600, seconds: 16, workers: 3 };
  const platform = await startChaos(scope, { workers: 3 });
  const { api, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  const placed = await api.loaded(runId, 2);
  const victims = [carrierOf(platform, placed, 0), carrierOf(platform, placed, 1)];
  await victims[0]?.kill();
  await pause(4_000);
  await victims[1]?.kill();
  const killedMs = Date.now();
  const run = await api.outcome(runId);

  const lostIds = victims.map(({ id }) => id);
  await expectHealed(platform, run, load, { lostIds, lostMs: killedMs });
  const survivor = platform.workers.find((worker) => !victims.includes(worker));
  const carried = run.shares.filter(({ state }) => state !== "lost");
  expect(new Set(carried.map(({ workerId }) => workerId))).toEqual(new Set([survivor?.id]));
});

test("a worker that was idle takes a killed one's share over", async (scope) => {
  const load = { rps: 600, seconds: 14, workers: 3 };
  const platform = await startChaos(scope, { workers: 4 });
  const { api, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  const placed = await api.loaded(runId, 2);
  const idle = platform.workers.find(({ id }) => !placed.shares.some((s) => s.workerId === id));
  const victim = carrierOf(platform, placed, 1);
  await victim.kill();
  const killedMs = Date.now();
  const run = await api.outcome(runId);

  await expectHealed(platform, run, load, { lostIds: [victim.id], lostMs: killedMs });
  const helper = run.shares.filter(({ workerId }) => workerId === idle?.id);
  expect(helper.map(({ state }) => state)).toEqual(["final"]);
  expect(helper[0]?.started).toBeGreaterThan(0);
});

test("with `degrade` a killed worker's share is lost to the end", async (scope) => {
  const load = { rps: 300, seconds: 8, workers: 3, lostWorkers: "degrade" as const };
  const platform = await startChaos(scope, { workers: 4 });
  const { api, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  const victim = carrierOf(platform, await api.loaded(runId, 2), 1);
  await victim.kill();
  const killedMs = Date.now();
  const run = await api.outcome(runId);

  expect(run.state).toBe("COMPLETED");
  expectBalanced(run, load);
  expectNothingTwice(run, await target.counts());
  // A third of what is due after the kill.
  const leftMs = Date.parse(run.startedAt ?? "") + load.seconds * 1000 - killedMs;
  expect(run.ledger.lost).toBeGreaterThan((100 * leftMs) / 1000 - 2);
  expect(run.events.some(({ text }) => text.includes(victim.id))).toBe(true);
  const seconds = await api.seconds(runId);
  expectEverySecond(seconds, load);
  const last = seconds[load.seconds - 1];
  expect(last && [startedIn(last, run), last.lost]).toEqual([200, 100]);
});

test("with `fail` a killed worker fails the run, by name", async (scope) => {
  const load = { rps: 300, seconds: 20, workers: 3, lostWorkers: "fail" as const };
  const platform = await startChaos(scope, { workers: 4 });
  const { api, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  const victim = carrierOf(platform, await api.loaded(runId, 2), 1);
  await victim.kill();
  const run = await api.outcome(runId);

  expect(run.state).toBe("FAILED");
  expect(run.verdict.validity).toBe("INVALID");
  expect(run.verdict.reasons.join()).toContain(victim.id);
  const counts = await target.counts();
  expectNoDoubles(counts);
  // The others were stopped: by far not everything was sent, and nothing more will be.
  expect(counts.received).toBeLessThan((load.rps * load.seconds) / 2);
  await waitUntil("all shares have let go", async () => {
    const { items } = (await api.call("GET", "/api/v1/workers")) as { items: { state: string }[] };
    return items.length === 3 && items.every(({ state }) => state === "idle");
  });
  expect((await target.counts()).received).toBe(counts.received);
});
