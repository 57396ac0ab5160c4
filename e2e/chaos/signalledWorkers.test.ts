import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { expectNoPause, expectValid, expectWhole } from "./ledgerRules.ts";
import { expectAllSeconds, expectHealed } from "./healed.ts";
import { carrierOf, startChaos } from "./platform.ts";
import { steady } from "./scenarios.ts";
import { freeze, thaw } from "./signals.ts";

test.concurrent(
  "a worker that stands still for 10 s and comes back repeats nothing of what others took over",
  async (scope) => {
    const load = { rps: 600, seconds: 18, workers: 3 };
    const platform = await startChaos(scope, { workers: 3 });
    const { api, target } = platform;
    const { runId } = await api.start(steady(target.url, load));
    const victim = carrierOf(platform, await api.loaded(runId, 2), 1);
    freeze(victim);
    const frozenMs = Date.now();
    await pause(10_000);
    thaw(victim);
    const run = await api.outcome(runId);

    await expectHealed(platform, run, load, { lostIds: [victim.id], lostMs: frozenMs });
    await expectAllSeconds(api, run, load);
  },
);

test.concurrent(
  "a worker that is asked to end hands its share back, and nothing is lost",
  async (scope) => {
    const load = { rps: 600, seconds: 10, workers: 3 };
    const platform = await startChaos(scope, { workers: 3 });
    const { api, target } = platform;
    const { runId } = await api.start(steady(target.url, load));
    const leaver = carrierOf(platform, await api.loaded(runId, 2), 1);
    const exitCode = await leaver.process.end("SIGTERM");
    const run = await api.outcome(runId);

    expect(exitCode).toBe(0);
    expectWhole(run, load, await target.counts());
    expectNoPause(await target.arrivalsMs(), run, load);
    expectValid(run);
    expect(run.events.some(({ text }) => text.includes(leaver.id))).toBe(true);
  },
);

test.concurrent(
  "half of the workers are asked to end at once, as when they are scaled down, and nothing is lost",
  async (scope) => {
    const load = { rps: 600, seconds: 12, workers: 4 };
    const platform = await startChaos(scope, { workers: load.workers });
    const { api, target } = platform;
    const { runId } = await api.start(steady(target.url, load));
    const placed = await api.loaded(runId, 2);
    const leavers = [carrierOf(platform, placed, 0), carrierOf(platform, placed, 2)];
    const codes = await Promise.all(leavers.map(({ process }) => process.end("SIGTERM")));
    const run = await api.outcome(runId);

    expect(codes).toEqual([0, 0]);
    expectWhole(run, load, await target.counts());
    expectNoPause(await target.arrivalsMs(), run, load);
    expectValid(run);
    await expectAllSeconds(api, run, load);
    expect(run.shares.length).toBeGreaterThan(load.workers);
  },
);
