import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { expectAllSeconds } from "./healed.ts";
import { expectBalanced, expectFullRateAgain, expectNothingTwice } from "./ledgerRules.ts";
import { carrierOf, ChaosWorker, startChaos } from "./platform.ts";
import { withoutFiles } from "./refusedFiles.ts";
import { steady } from "./scenarios.ts";

const rows = Buffer.from("user\nann\nbob\n");
const sha256 = createHash("sha256").update(rows).digest("hex");

test("who cannot fetch a file of the run does not end it: the share goes to the next one", async (scope) => {
  const load = { rps: 300, seconds: 16, workers: 2 };
  let env: NodeJS.ProcessEnv = {};
  const platform = await startChaos(scope, {
    workers: 2,
    startWorker: (given) => ChaosWorker.start(scope, (env = given)),
  });
  const { api, target } = platform;
  await fetch(`${api.url}/api/v1/files/${sha256}`, { method: "PUT", body: rows });
  const { runId } = await api.start({
    ...steady(target.url, load),
    data: { users: { csv: "users.csv" } },
    files: { "users.csv": { sha256, bytes: rows.length } },
    body: "{{data.users.user}}",
    method: "POST",
  });
  const placed = await api.loaded(runId, 2);
  // It is free, so it is asked before the survivor is.
  const unable = await ChaosWorker.start(scope, { ...env, NODE_OPTIONS: withoutFiles });
  await pause(500);
  const victim = carrierOf(platform, placed, 1);
  await victim.kill();
  const killedMs = Date.now();
  const run = await api.outcome(runId);

  const told = run.events.map(({ text }) => text).join("\n");
  expect(told).toContain(`${unable.id}: could not take over: the file users.csv is not at`);
  expect(run.state).toBe("COMPLETED");
  expectBalanced(run, load);
  expectNothingTwice(run, await target.counts());
  const [views, arrivalsMs] = await Promise.all([api.seconds(run.id), target.arrivalsMs()]);
  expectFullRateAgain({ views, arrivalsMs }, run, load, killedMs + 1_000);
  await expectAllSeconds(api, run, load);
  const heirs = run.shares.slice(2).map(({ workerId, state }) => ({ workerId, state }));
  expect(heirs).toEqual([
    { workerId: unable.id, state: "lost" },
    { workerId: placed.shares[0]?.workerId, state: "final" },
  ]);
  expect(run.verdict.reasons.join("\n")).toContain(`worker ${unable.id} could not take over`);
});
