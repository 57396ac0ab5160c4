import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { expectAllStarted } from "../system/standstills.ts";
import { startChaos } from "./platform.ts";
import { steady } from "./scenarios.ts";
import { waitUntil } from "./waitUntil.ts";

test("a run's stream holds what is not stored yet, however long the run goes on, and goes with it", async (scope) => {
  const load = { rps: 60, seconds: 20, workers: 3 };
  const platform = await startChaos(scope, { workers: load.workers });
  const { api, keys, redis, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  const client = new Redis(redis.url);
  scope.onTestFinished(() => client.disconnect());

  const lengths: number[] = [];
  for (let second = 2; second < load.seconds - 2; second += 2) {
    await api.loaded(runId, second);
    lengths.push(await client.xlen(keys.reports(runId)));
  }
  // Each worker reports once a second: nothing is there twice as long as storing may take.
  expect(Math.max(...lengths.slice(2)), lengths.join(" ")).toBeLessThanOrEqual(5 * load.workers);
  const run = await api.outcome(runId);
  expectAllStarted(run, load.rps * load.seconds);
  await waitUntil(
    "its stream is gone",
    async () => (await client.exists(keys.reports(runId))) === 0,
  );
});
