import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { expectAllSent } from "../system/standstills.ts";
import { expectAllSeconds } from "./healed.ts";
import {
  expectBalanced,
  expectDoubted,
  expectNoDoubles,
  expectNothingTwice,
  expectValid,
  startedIn,
} from "./ledgerRules.ts";
import { carrierOf, type ChaosPlatform, type ChaosWorker, startChaos } from "./platform.ts";
import { steady } from "./scenarios.ts";
import type { Scope } from "./scope.ts";
import type { TargetCounts } from "./targetLog.ts";

const USERS = 30;

interface Left {
  platform: ChaosPlatform;
  run: RunView;
  counts: TargetCounts;
}

/** A run of users of whom a third lose their worker, which is asked to end after 2 s of load. */
async function leftByOne(scope: Scope, fields: Record<string, unknown>): Promise<Left> {
  const platform = await startChaos(scope, { workers: 3 });
  const { api, target } = platform;
  const { runId } = await api.start({
    ...{ name: "users", targetUrl: `${target.url}/`, numWorkers: 3, thinkTimeSeconds: 0.1 },
    headers: { "x-arrival": "{{iteration}}" },
    ...fields,
  });
  const leaver = carrierOf(platform, await api.loaded(runId, 2), 1);
  expect(await leaver.process.end("SIGTERM")).toBe(0);
  const run = await api.outcome(runId);
  expectHandedBack(platform, run, leaver);
  return { platform, run, counts: await target.counts() };
}

/** The one has ended its share by itself, and both of the others do more than they had. */
function expectHandedBack({ workers }: ChaosPlatform, run: RunView, leaver: ChaosWorker): void {
  expect(run.events.some(({ text }) => text.includes(leaver.id))).toBe(true);
  expect(run.shares.filter(({ state }) => state !== "final")).toEqual([]);
  const heirs = run.shares.slice(3);
  const stayed = workers.filter((worker) => worker !== leaver);
  expect(heirs.map(({ workerId }) => workerId).sort()).toEqual(stayed.map(({ id }) => id).sort());
  for (const heir of heirs) expect(heir.started).toBeGreaterThan(0);
}

/** What was begun was ended, and the target has each request once. */
function expectNothingLost({ run, counts }: Left): void {
  const { ledger, summary } = run;
  expect(ledger).toMatchObject({ ok: ledger.started, lost: 0, maybeSent: 0, interrupted: 0 });
  expectNoDoubles(counts);
  expect([summary?.requests.sent, counts.received]).toEqual([ledger.started, ledger.started]);
  expectValid(run);
}

test.concurrent(
  "users of a worker that is asked to end go on elsewhere, and nothing is lost",
  async (scope) => {
    const loadProfile = { type: "VUS", vus: USERS };
    const left = await leftByOne(scope, { durationSeconds: 8, loadProfile });
    expectNothingLost(left);
    const { ledger } = left.run;
    expect(ledger).toMatchObject({ scheduled: ledger.started, dropped: 0 });
    const seconds = await left.platform.api.seconds(left.run.id);
    expect(seconds.slice(0, 2).map(({ users }) => users)).toEqual([USERS, USERS]);
    expect(seconds[7]?.users).toBe(USERS);
  },
);

test.concurrent(
  "a number of iterations stays exact when one of its workers is asked to end",
  async (scope) => {
    const iterations = 2_000;
    const loadProfile = {
      ...{ type: "ITERATIONS", concurrency: USERS, maxDurationSeconds: 60 },
      iterations,
    };
    const left = await leftByOne(scope, { loadProfile });
    expectNothingLost(left);
    expectAllSent(left.run, iterations, left.counts.distinctNumbers);
  },
);

test.concurrent(
  "what nobody began because a worker left while Redis stood still is lost, and nothing else",
  async (scope) => {
    const load = { rps: 300, seconds: 40, workers: 3 };
    const platform = await startChaos(scope, { workers: 3 });
    const { api, redis, target } = platform;
    const { runId } = await api.start(steady(target.url, load));
    const leaver = carrierOf(platform, await api.loaded(runId, 3), 1);
    redis.freeze();
    const left = leaver.process.end("SIGTERM");
    await pause(8_000);
    redis.thaw();
    expect(await left).toBe(0);
    const run = await api.outcome(runId);

    expect(run.ledger.lost).toBeGreaterThan(0);
    expectBalanced(run, load);
    expectNothingTwice(run, await target.counts());
    expectDoubted(run, [leaver.id]);
    await expectAllSeconds(api, run, load);
    const last = (await api.seconds(runId)).slice(load.seconds - 10, load.seconds);
    expect(last.map((view) => startedIn(view, run))).toEqual(last.map(() => load.rps));
  },
);

test.concurrent(
  "a run whose workers are all asked to end fails when no other comes, and says why",
  async (scope) => {
    const load = { rps: 100, seconds: 600, workers: 2 };
    const platform = await startChaos(scope, { workers: load.workers });
    const { api, target, workers } = platform;
    const { runId } = await api.start(steady(target.url, load));
    await api.loaded(runId, 2);
    const codes = await Promise.all(workers.map(({ process }) => process.end("SIGTERM")));
    const run = await api.outcome(runId);

    expect(codes).toEqual([0, 0]);
    expect(run.state).toBe("FAILED");
    expect(run.verdict.validity).toBe("INVALID");
    for (const { id } of workers) {
      expect(run.verdict.reasons.join()).toContain(`${id}: it was asked to end`);
    }
    expectNothingTwice(run, await target.counts());
  },
);
