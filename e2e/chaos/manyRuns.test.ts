import { expect, test } from "vitest";
import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { listOf } from "@onrush/shared/api/scenarioApi.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import type { ControllerApi } from "./controllerApi.ts";
import { expectAllStarted } from "../system/standstills.ts";
import { startChaos } from "./platform.ts";
import { steady } from "./scenarios.ts";
import { waitUntil } from "./waitUntil.ts";

const RUNS = 100;
const load = { rps: 5, seconds: 1, workers: 1 };

async function allRuns(api: ControllerApi): Promise<RunView[]> {
  const answer = await api.call("GET", `/api/v1/runs?limit=${RUNS}`);
  return listOf(runViewSchema).parse(answer).items;
}

test("a hundred runs asked for at once wait in line, and all of them end", async (scope) => {
  const { api, target } = await startChaos(scope, { workers: 3 });
  const document = { ...steady(target.url, load), autoStart: false };
  const { id } = (await api.call("POST", "/api/v1/scenarios", document)) as { id: string };
  await Promise.all(
    Array.from({ length: RUNS }, () => api.call("POST", `/api/v1/scenarios/${id}/runs`)),
  );

  const positions = await waitUntil("every run that waits has a place in line", async () => {
    const waiting = (await allRuns(api)).filter(({ state }) => state === "QUEUED");
    const places = waiting.flatMap(({ queuePosition }) => queuePosition ?? []);
    return places.length === waiting.length && places;
  });
  expect(positions.length).toBeGreaterThan(RUNS / 2);
  expect(new Set(positions).size).toBe(positions.length);
  expect(Math.min(...positions)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...positions)).toBeLessThanOrEqual(RUNS);

  const runs = await waitUntil(
    "all runs have ended",
    async () => {
      const now = await allRuns(api);
      return now.every(({ state, endedAt }) => hasEnded(state) && endedAt !== null) && now;
    },
    150_000,
  );
  expect(runs.map(({ state }) => state)).toEqual(Array.from({ length: RUNS }, () => "COMPLETED"));
  for (const run of runs) expectAllStarted(run, load.rps * load.seconds);
  const started = runs.reduce((sum, { ledger }) => sum + ledger.started, 0);
  expect((await target.counts()).received).toBe(started);
});
