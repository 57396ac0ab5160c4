import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runViewSchema } from "@onrush/shared/api/runView.ts";
import { listOf } from "@onrush/shared/api/scenarioApi.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { OnrushProcess } from "../system/onrushProcess.ts";
import { expectAllSeconds, expectHealed } from "./healed.ts";
import { expectNoPause, expectValid, expectWhole } from "./ledgerRules.ts";
import { type ChaosPlatform, ChaosWorker, startChaos } from "./platform.ts";
import { steady } from "./scenarios.ts";
import { owned, type Scope } from "./scope.ts";
import { waitUntil } from "./waitUntil.ts";

test.concurrent(
  "a run that wants five workers where there are three says so, and they carry all of it",
  async (scope) => {
    const load = { rps: 300, seconds: 4, workers: 5 };
    const platform = await startChaos(scope, { workers: 3 });
    const { api, target, workers } = platform;
    const { runId } = await api.start(steady(target.url, load));
    const run = await api.outcome(runId);

    const told = run.events.map(({ kind, text }) => ({ kind, text }));
    expect(told).toContainEqual({
      kind: "warning",
      text: "5 workers wanted, 3 free: they carry the whole load",
    });
    expect(run.numWorkers).toBe(3);
    const carriers = run.shares.map(({ workerId }) => workerId);
    expect(carriers.sort()).toEqual(workers.map(({ id }) => id).sort());
    for (const share of run.shares) {
      expect(share.planned).toBe((load.rps * load.seconds) / 3);
      // What each has measured of its clock, and how late it began, stays with the run.
      expect(share.clockErrorUs).toBeGreaterThan(0);
      expect(share.clockOffsetUs).not.toBeNull();
      expect(share.startSkewMs).toBeGreaterThanOrEqual(0);
    }
    expectValid(run);
    expectNoPause(await target.arrivalsMs(), run, load);
    expectWhole(run, load, await target.counts());
  },
);

/** `onrush run` of that scenario, and its run. */
async function startFollowed(scope: Scope, { api }: ChaosPlatform, scenario: ScenarioInput) {
  const folder = await mkdtemp(join(tmpdir(), "onrush-chaos-"));
  scope.onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "scenario.json");
  await writeFile(file, JSON.stringify(scenario));
  const process = new OnrushProcess(["run", file, "--controller", api.url]);
  const follower = owned(scope, "follower", process);
  const runId = await waitUntil("the run is there", async () => {
    const runs = listOf(runViewSchema).parse(await api.call("GET", "/api/v1/runs"));
    return runs.items[0]?.id;
  });
  return { follower, runId };
}

test.concurrent(
  "a run with labels waits for a worker that has them, and for another one when that is killed",
  async (scope) => {
    const load = { rps: 200, seconds: 24, workers: 1 };
    let env: NodeJS.ProcessEnv = {};
    const platform = await startChaos(scope, {
      workers: 1,
      startWorker: (given) => {
        env = given;
        return ChaosWorker.start(scope, { ...given, WORKER_LABELS: "region=us,zone=a" });
      },
    });
    const { api, target, workers } = platform;
    const elsewhere = workers[0]?.id;

    const labelled = { ...steady(target.url, load), labels: { region: "eu", zone: "a" } };
    const { follower, runId } = await startFollowed(scope, platform, labelled);
    await follower.waitFor(
      /QUEUED, position 1: no worker with the labels region=eu,zone=a is free; start one with `onrush worker --labels region=eu,zone=a`/,
    );
    // The worker with other labels is free: it runs what asks for none, and nothing else.
    const other = await api.start(steady(target.url, { rps: 50, seconds: 1, workers: 1 }));
    const ended = await api.outcome(other.runId);
    expect(ended).toMatchObject({ state: "COMPLETED", shares: [{ workerId: elsewhere }] });
    expect(await api.run(runId)).toMatchObject({ state: "QUEUED", queuePosition: 1, shares: [] });
    await fetch(`${target.url}/__reset`, { method: "POST" });

    const labels = ["--labels", "region=eu,zone=a"];
    const first = await ChaosWorker.start(scope, env, { options: labels });
    const running = await api.loaded(runId, 2);
    expect(running.shares.map(({ workerId }) => workerId)).toEqual([first.id]);
    await first.kill();
    await waitUntil("the worker is lost", async () =>
      (await api.run(runId)).events.some(
        ({ text }) => text.includes(first.id) && text.includes("; lost: "),
      ),
    );
    const second = await ChaosWorker.start(scope, { ...env, WORKER_LABELS: labels[1] });
    const lostMs = Date.now();
    const run = await api.outcome(runId);

    const carried = run.shares.map(({ workerId, state }) => ({ workerId, state }));
    expect(carried).toEqual([
      { workerId: first.id, state: "lost" },
      { workerId: second.id, state: "final" },
    ]);
    await expectHealed(platform, run, load, { lostIds: [first.id], lostMs });
    await expectAllSeconds(api, run, load);
  },
);
