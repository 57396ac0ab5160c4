import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { type LiveMessage, liveMessageSchema } from "@onrush/shared/api/secondView.ts";
import { type ChaosPlatform, startChaos } from "./platform.ts";
import { steady } from "./scenarios.ts";
import type { Scope } from "./scope.ts";
import { freeze, thaw } from "./signals.ts";
import { expectUnharmed } from "./unharmed.ts";
import { waitUntil } from "./waitUntil.ts";

function twoOf({ controllers }: ChaosPlatform) {
  const [first, second] = controllers;
  if (first === undefined || second === undefined) throw new RangeError("there are two");
  return { first, second };
}

/** What a controller's live stream has said of a run so far. */
function liveStream(scope: Scope, url: string, runId: string): LiveMessage[] {
  const messages: LiveMessage[] = [];
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/live?runId=${runId}`);
  socket.on("message", (data: Buffer) => {
    messages.push(liveMessageSchema.parse(JSON.parse(data.toString())));
  });
  // A controller that is killed resets its connections.
  socket.on("error", () => {});
  scope.onTestFinished(() => socket.terminate());
  return messages;
}

const secondsIn = (messages: readonly LiveMessage[]) =>
  messages.flatMap((message) => (message.type === "second" ? [message.second] : []));

test.concurrent(
  "a controller that is killed and comes back 2 s later misses no second of its run",
  async (scope) => {
    const load = { rps: 300, seconds: 14, workers: 3 };
    const platform = await startChaos(scope, { workers: 3 });
    const { runId } = await platform.api.start(steady(platform.target.url, load));
    await platform.api.loaded(runId, 3);
    await platform.controllers[0]?.kill();
    await pause(2_000);
    await platform.controllers[0]?.start();
    await expectUnharmed(platform, runId, load);
  },
);

test.concurrent(
  "a controller that comes back long after the end of its run still hears all of it",
  async (scope) => {
    const load = { rps: 300, seconds: 14, workers: 3 };
    const platform = await startChaos(scope, { workers: 3 });
    const scenario = { ...steady(platform.target.url, load), gracefulStopSeconds: 1 };
    const { runId } = await platform.api.start(scenario);
    await platform.api.loaded(runId, 11);
    await platform.controllers[0]?.kill();
    // By then nobody would be waited for any more that had not reported its end.
    await pause(20_000);
    await platform.controllers[0]?.start();
    await expectUnharmed(platform, runId, load);
  },
);

test.concurrent(
  "a second controller shows a run that is not its own, and takes it over when the first is killed",
  async (scope) => {
    const load = { rps: 300, seconds: 16, workers: 3 };
    const platform = await startChaos(scope, { workers: 3, controllers: 2 });
    const { target } = platform;
    const { first, second } = twoOf(platform);
    const { scenarioId, runId } = await first.api.start(steady(target.url, load));
    await second.api.loaded(runId, 3);
    const live = liveStream(scope, second.api.url, runId);
    await waitUntil("the other controller streams", async () => secondsIn(live).length >= 2);
    expect(live[0]).toMatchObject({ type: "history", run: { id: runId } });
    expect((await second.api.seconds(runId)).length).toBeGreaterThan(0);
    expect(await second.api.realtime(scenarioId)).toMatchObject({ runId, runState: "RUNNING" });

    await first.kill();
    const seenBefore = secondsIn(live).length;
    await expectUnharmed({ api: second.api, target }, runId, load);
    expect(secondsIn(live).length).toBeGreaterThan(seenBefore);
    expect(live.some((message) => message.type === "run" && message.run.endedAt !== null)).toBe(
      true,
    );
  },
);

test.concurrent(
  "a controller that stood still while another took its run over changes nothing any more",
  async (scope) => {
    const load = { rps: 300, seconds: 22, workers: 3 };
    const platform = await startChaos(scope, { workers: 3, controllers: 2 });
    const { target } = platform;
    const { first, second } = twoOf(platform);
    const { runId } = await first.api.start(steady(target.url, load));
    await second.api.loaded(runId, 2);
    freeze(first);
    // Nobody but a new owner can bring the run on.
    await Promise.all([pause(14_000), second.api.loaded(runId, 8)]);
    thaw(first);
    await expectUnharmed({ api: second.api, target }, runId, load);
    const ended = await second.api.outcome(runId);
    expect(await first.api.outcome(runId)).toEqual(ended);
  },
);

test.concurrent("any controller stops any run", async (scope) => {
  const load = { rps: 100, seconds: 60, workers: 1 };
  const platform = await startChaos(scope, { workers: 2, controllers: 2 });
  const { target } = platform;
  const { first, second } = twoOf(platform);
  for (const [starter, other] of [
    [first.api, second.api],
    [second.api, first.api],
  ] as const) {
    const { runId } = await starter.start(steady(target.url, load));
    await other.loaded(runId, 1);
    await other.call("POST", `/api/v1/runs/${runId}/stop`);
    const run = await other.outcome(runId);
    expect(run.state).toBe("STOPPED");
    expect(run.ledger.started).toBeLessThan(load.rps * load.seconds);
  }
});

test.concurrent(
  "a run is stopped although its controller dies as soon as it has told so",
  async (scope) => {
    const platform = await startChaos(scope, { workers: 2 });
    const load = { rps: 100, seconds: 120, workers: 2 };
    const { runId } = await platform.api.start(steady(platform.target.url, load));
    await platform.api.loaded(runId, 2);
    await platform.api.call("POST", `/api/v1/runs/${runId}/stop`);
    await platform.controllers[0]?.kill();
    await platform.controllers[0]?.start();
    const run = await platform.api.outcome(runId);
    expect(run.state).toBe("STOPPED");
    expect(run.ledger.started).toBeLessThan(load.rps * load.seconds);
  },
);
