import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { LEASE_MS } from "@onrush/shared/wire/heartbeat.ts";
import { expectAllStarted, withheldMs } from "../system/standstills.ts";
import { expectAllSeconds, expectHealed } from "./healed.ts";
import {
  expectBalanced,
  expectDoubted,
  expectNoDoubles,
  expectNothingTwice,
  expectSteady,
  startedIn,
} from "./ledgerRules.ts";
import { carrierOf, type ChaosPlatform, startChaos } from "./platform.ts";
import { type Load, steady } from "./scenarios.ts";
import { freeze, thaw } from "./signals.ts";
import { expectUnharmed } from "./unharmed.ts";
import { waitUntil } from "./waitUntil.ts";

const OUTAGE_MS = 20_000;
const BRIEF_OUTAGE_MS = 5_000;
/** Workers have ended their shares by then, for want of a controller. */
const ALONE_MS = 27_000;
/** Far longer than a lease. */
const ALIVE_WITHOUT_REDIS_MS = 8_000;
/** Nobody is judged for so long after an outage. */
const PATIENCE_MS = 3_000;
/** The outage is over before the load is, so that what has waited can still arrive. */
const load: Load = { rps: 300, seconds: 30, workers: 3 };

/** /ready or the run's events say that `what` is missing. */
async function degradationTold({ api }: ChaosPlatform, runId: string, what: RegExp) {
  await waitUntil(
    `it is told that ${what} is away`,
    async () => {
      if (what.test(await api.missing())) return true;
      const { events } = await api.run(runId);
      return events.some(({ kind, text }) => kind !== "state" && what.test(text));
    },
    OUTAGE_MS,
  );
}

const LINK = "link to the workers";
const STORE = "the store";

/** People look for the fault where they are told it is. */
async function expectNotNamed({ api }: ChaosPlatform, runId: string, part: string): Promise<void> {
  const { events } = await api.run(runId);
  expect(events.map(({ text }) => text).filter((text) => text.includes(part))).toEqual([]);
}

/** The outage lasts as long as the scenario says, whatever is looked at meanwhile. */
async function during(outage: () => Promise<void>, look: () => Promise<void>): Promise<void> {
  await outage();
  await Promise.all([pause(OUTAGE_MS), look()]);
}

test.concurrent("load goes on while Redis stands still for 20 s", async (scope) => {
  const platform = await startChaos(scope, { workers: 3 });
  const { api, redis, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  await api.loaded(runId, 3);
  await during(
    async () => redis.freeze(),
    () => degradationTold(platform, runId, /redis|workers/i),
  );
  redis.thaw();
  await expectUnharmed(platform, runId, load);
  await expectNotNamed(platform, runId, STORE);
});

test.concurrent(
  "a run whose end falls into an outage of Redis is whole after it",
  async (scope) => {
    const platform = await startChaos(scope, { workers: 3 });
    const { api, redis, target } = platform;
    const ending = { ...load, seconds: 12 };
    const { runId } = await api.start({ ...steady(target.url, ending), gracefulStopSeconds: 1 });
    await api.loaded(runId, 9);
    redis.freeze();
    await pause(OUTAGE_MS);
    redis.thaw();
    await expectUnharmed(platform, runId, ending);
  },
);

test.concurrent("load goes on while Redis is gone for 20 s and comes back empty", async (scope) => {
  const platform = await startChaos(scope, { workers: 3 });
  const { api, redis, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  await api.loaded(runId, 3);
  await during(
    () => redis.kill(),
    () => degradationTold(platform, runId, /redis|workers/i),
  );
  await redis.restartEmpty();
  await expectUnharmed(platform, runId, load);
  await expectNotNamed(platform, runId, STORE);
  // The platform is whole again, not only the run.
  const next = await api.start(steady(target.url, { ...load, seconds: 2 }));
  const run = await api.outcome(next.runId);
  expect(run.state).toBe("COMPLETED");
  expectAllStarted(run, 2 * load.rps);
});

test.concurrent("a run is stopped while Redis is gone", async (scope) => {
  const platform = await startChaos(scope, { workers: 2 });
  const { api, redis, target } = platform;
  const { runId } = await api.start(steady(target.url, { rps: 100, seconds: 120, workers: 2 }));
  await api.loaded(runId, 3);
  await redis.kill();
  await pause(BRIEF_OUTAGE_MS);
  const askedMs = Date.now();
  const asked = await api.call("POST", `/api/v1/runs/${runId}/stop`);
  const answeredMs = Date.now();
  expect(asked).toMatchObject({ state: "STOPPING" });
  // Redis hears of it only when it is back.
  await pause(BRIEF_OUTAGE_MS);
  const arrivalsMs = await target.arrivalsMs();
  const lastMs = arrivalsMs.at(-1) ?? 0;
  // The load had gone on until then.
  expect(
    arrivalsMs.filter((atMs) => atMs > askedMs - 1_000 && atMs < askedMs).length,
  ).toBeGreaterThan(50);
  expect(lastMs - answeredMs).toBeLessThan(2_000);
  await redis.restartEmpty();
  const run = await api.outcome(runId);
  expect(run.state).toBe("STOPPED");
  const counts = await target.counts();
  expectNoDoubles(counts);
  expect(counts.received).toBe(run.ledger.started);
});

test.concurrent(
  "a worker killed while Redis is gone had sent until then, and that is said",
  async (scope) => {
    const long: Load = { ...load, seconds: 34 };
    const platform = await startChaos(scope, { workers: 3 });
    const { api, redis, target } = platform;
    const { runId } = await api.start(steady(target.url, long));
    const victim = carrierOf(platform, await api.loaded(runId, 3), 1);
    await redis.kill();
    const goneMs = Date.now();
    await pause(ALIVE_WITHOUT_REDIS_MS);
    await victim.kill();
    const killedMs = Date.now();
    await pause(BRIEF_OUTAGE_MS);
    await redis.restartEmpty();
    const judgedMs = Date.now() + PATIENCE_MS;
    const run = await api.outcome(runId);

    await expectHealed(platform, run, long, { lostIds: [victim.id], lostMs: judgedMs });
    await expectAllSeconds(api, run, long);
    const perMs = long.rps / long.workers / 1000;
    // It lived by leases of its owner, and what it had to report died with it.
    const { received } = await target.counts();
    const unheardMs = killedMs - goneMs - withheldMs(goneMs, killedMs);
    expect(received - run.ledger.started).toBeGreaterThan(0.8 * perMs * unheardMs);
    const leasedMs = killedMs - goneMs + 2 * LEASE_MS + withheldMs(goneMs, judgedMs);
    expect(run.ledger.maybeSent).toBeLessThan(perMs * leasedMs);
  },
);

test.concurrent(
  "iterations that were claimed are not given out again by an empty Redis",
  async (scope) => {
    const platform = await startChaos(scope, { workers: 3 });
    const { api, redis, target } = platform;
    const iterations = 6_000;
    const { runId } = await api.start({
      ...{ name: "a batch", targetUrl: `${target.url}/`, numWorkers: 3, thinkTimeSeconds: 0.1 },
      headers: { "x-arrival": "{{iteration}}" },
      loadProfile: { type: "ITERATIONS", iterations, concurrency: 30, maxDurationSeconds: 120 },
    });
    await api.loaded(runId, 3);
    await redis.kill();
    await pause(BRIEF_OUTAGE_MS);
    await redis.restartEmpty();
    const run = await api.outcome(runId, 120_000);
    const counts = await target.counts();
    expect(run.state).toBe("COMPLETED");
    expectNoDoubles(counts);
    expect(counts.received).toBe(run.ledger.started);
    expect(run.ledger).toMatchObject({ scheduled: iterations, started: iterations, lost: 0 });
  },
);

test.concurrent("load goes on while MongoDB stands still for 20 s", async (scope) => {
  const platform = await startChaos(scope, { workers: 3 });
  const { api, mongo, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  await api.loaded(runId, 3);
  await during(
    async () => freeze(mongo),
    () => degradationTold(platform, runId, /mongo|store/i),
  );
  thaw(mongo);
  await expectUnharmed(platform, runId, load);
  await expectNotNamed(platform, runId, LINK);
});

test.concurrent(
  "without any controller workers go on for 15 s, and again when one comes back",
  async (scope) => {
    const platform = await startChaos(scope, { workers: 3 });
    const { api, controllers, target } = platform;
    const long = { ...load, seconds: 50 };
    const { rps } = long;
    const { runId } = await api.start(steady(target.url, long));
    const placed = await api.loaded(runId, 3);
    await controllers[0]?.kill();
    const killedMs = Date.now();
    await pause(ALONE_MS);
    const backMs = Date.now();
    await controllers[0]?.start();
    const run = await api.outcome(runId, 90_000);

    const arrivalsMs = await target.arrivalsMs();
    // 15 s without an owner begin when the lease of the last one is over, which has 5 s left or 6.
    expectSteady(arrivalsMs, [killedMs, 20], { least: 0.8 * rps, rps });
    const alone = arrivalsMs.filter((atMs) => atMs > killedMs + 24_000 && atMs < backMs);
    expect(alone).toEqual([]);
    expectBalanced(run, long);
    expectNothingTwice(run, await target.counts());
    expectDoubted(
      run,
      placed.shares.map(({ workerId }) => workerId),
    );
    expect(run.verdict.reasons.join()).toContain("no controller was heard of for 15 s");
    await expectAllSeconds(api, run, long);
    const last = (await api.seconds(runId)).slice(long.seconds - 5, long.seconds);
    expect(last.map((view) => startedIn(view, run))).toEqual(last.map(() => rps));
    // Who had a share has it again: nobody is crowded, and nobody idle.
    const heirs = run.shares.slice(3).map(({ workerId }) => workerId);
    expect(heirs.sort()).toEqual(placed.shares.map(({ workerId }) => workerId).sort());
  },
);

test.concurrent(
  "load goes on while MongoDB is gone for 20 s and comes back on its data",
  async (scope) => {
    const platform = await startChaos(scope, { workers: 3 });
    const { api, mongo, target } = platform;
    const { runId } = await api.start(steady(target.url, load));
    await api.loaded(runId, 3);
    const told = async () =>
      (await api.run(runId)).events.map(({ text }) => text.replace(/:.*/s, ""));
    await during(
      () => mongo.kill(),
      async () => {
        await waitUntil("/ready names the store", async () => /store/.test(await api.missing()));
        await waitUntil("the run's events name the store", async () =>
          (await told()).includes("the store does not answer, the run goes on without it"),
        );
      },
    );
    await mongo.restart();
    await expectUnharmed(platform, runId, load);
    await expectNotNamed(platform, runId, LINK);
    expect(await told()).toContain("the store answers again");
    expect(await api.missing()).toBe("");
  },
);

test.concurrent(
  "what was merged and not stored is there, although its owner is killed while MongoDB is away",
  async (scope) => {
    const platform = await startChaos(scope, { workers: 3 });
    const { api, controllers, mongo, target } = platform;
    const { runId } = await api.start(steady(target.url, load));
    await api.loaded(runId, 3);
    await mongo.kill();
    // Merged by an owner that cannot store it.
    const { summary } = await api.run(runId);
    await api.loaded(runId, (summary?.durationSeconds ?? 0) + 4);
    await controllers[0]?.kill();
    await mongo.restart();
    await controllers[0]?.start();
    // Only its workers still have what that owner knew.
    await expectUnharmed(platform, runId, load);
  },
);
