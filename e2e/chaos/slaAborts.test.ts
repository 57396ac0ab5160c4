import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { OnrushProcess } from "../system/onrushProcess.ts";
import { withheldMs } from "../system/standstills.ts";
import { TurningTarget, turns, users } from "../system/turningTarget.ts";
import { type ChaosController, type ChaosPlatform, startChaos } from "./platform.ts";
import { owned, type Scope } from "./scope.ts";
import { freeze, thaw } from "./signals.ts";
import { waitUntil } from "./waitUntil.ts";

/** Long enough to take away what is to be away before the line breaks. */
const TURN_AFTER_MS = 12_000;
/** Users of the steady part ask ten times a second: nobody asks any more. */
const QUIET_MS = 1_500;
const LINE = "workload(turning).errorRate < 10% over 2s abort";

/** It has turned, and nobody has asked since, though this process could have heard it. */
async function isQuiet(target: TurningTarget): Promise<boolean> {
  // What arrived while the machine stood still is heard first.
  await turn();
  await turn();
  const { quietMs } = target;
  const heardMs = quietMs - withheldMs(Date.now() - quietMs);
  return target.askedAfterTurnMs > 0 && heardMs > QUIET_MS;
}

interface Followed {
  platform: ChaosPlatform;
  controller: ChaosController;
  target: TurningTarget;
  /** Of `onrush run`, which follows the run and has no part in it. */
  ended(): Promise<{ code: number; run: RunView }>;
}

/** A run whose line breaks at a known moment, so far that its load has begun. */
async function startFollowed(scope: Scope): Promise<Followed> {
  const platform = await startChaos(scope, { workers: 2 });
  const target = await TurningTarget.start(TURN_AFTER_MS, turns.errors);
  const folder = await mkdtemp(join(tmpdir(), "onrush-chaos-"));
  scope.onTestFinished(async () => {
    target.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const [controller] = platform.controllers;
  if (controller === undefined) throw new RangeError("a platform has a controller");
  const file = join(folder, "scenario.json");
  const result = join(folder, "run.json");
  const scenario = {
    ...{ name: "turning", durationSeconds: 120, numWorkers: 2, gracefulStopSeconds: 1 },
    sla: [LINE],
    workloads: [
      users(`${target.url}/turning`, "turning", 4),
      users(`${target.url}/steady`, "steady", 2),
    ],
  };
  await writeFile(file, JSON.stringify(scenario));
  const args = ["run", file, "--controller", controller.api.url, "--json", result];
  const follower = owned(scope, "follower", new OnrushProcess([...args, "--update", "1s"]));
  await follower.waitFor(/^Total:/m);
  const ended = async () => {
    const code = await follower.exited;
    return { code, run: runViewSchema.parse(JSON.parse(await readFile(result, "utf8"))) };
  };
  return { platform, controller, target, ended };
}

function expectAborted({ code, run }: { code: number; run: RunView }): void {
  expect(run.sla).toMatchObject([{ text: LINE, status: "FAILED", aborted: true }]);
  const why = run.verdict.reasons.join("\n");
  expect([code, run.state, run.verdict.sla], why).toEqual([3, "STOPPED", "FAILED"]);
  const told = run.events.filter(({ text }) => text.includes(LINE));
  expect(told).toMatchObject([{ kind: "error" }]);
  expect(told[0]?.text).toContain("the load ends");
}

test.concurrent(
  "a controller killed before it has judged the second that breaks a line: it ends the load when it is back",
  async (scope) => {
    const { controller, target, ended } = await startFollowed(scope);
    freeze(controller);
    await waitUntil("the line is broken, and load goes on", async () => {
      return target.askedAfterTurnMs > 3_000;
    });
    await controller.kill();
    await controller.start();
    expectAborted(await ended());
  },
);

test.concurrent(
  "a controller killed when it has ended the load and could not store why: the run has failed all the same",
  async (scope) => {
    const { platform, controller, target, ended } = await startFollowed(scope);
    freeze(platform.mongo);
    await waitUntil("the load has ended", () => isQuiet(target), 60_000);
    await controller.kill();
    thaw(platform.mongo);
    await controller.start();
    expectAborted(await ended());
  },
);
