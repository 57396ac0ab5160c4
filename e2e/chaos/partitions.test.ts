import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { LEASES_PATH } from "@onrush/shared/wire/leaseRenewal.ts";
import { Namespace, namespacesRefused, newNetwork } from "./namespaces.ts";
import { expectAllSeconds, expectHealed } from "./healed.ts";
import { carrierOf, ChaosWorker, startChaos } from "./platform.ts";
import { steady } from "./scenarios.ts";

const WORKERS = 3;

const refused = await namespacesRefused();

test("a worker that is cut off from Redis stops by itself although it reaches its owner, and its share is taken over", async (scope) => {
  if (refused !== undefined) scope.skip(refused);
  const load = { rps: 600, seconds: 16, workers: WORKERS };
  const network = newNetwork();
  const namespaces: Namespace[] = [];
  for (let index = 0; index < WORKERS; index += 1) {
    namespaces.push(await Namespace.create(scope, network, index));
  }
  const platform = await startChaos(scope, {
    workers: WORKERS,
    targetHost: network.load,
    // By the cable that is left.
    controllerHost: network.load,
    redisArguments: ["--bind", "127.0.0.1", network.control, "--protected-mode", "no"],
    startWorker: (env, redisPort, index) => {
      const there = { ...env, REDIS_URL: `redis://${network.control}:${redisPort}` };
      return ChaosWorker.start(scope, there, { within: namespaces[index]?.entering ?? [] });
    },
  });
  const { api, target } = platform;
  const { runId } = await api.start(steady(target.url, load));
  const running = await api.loaded(runId, 2);
  const victim = carrierOf(platform, running, 1);
  const namespace = namespaces[platform.workers.indexOf(victim)];
  if (namespace === undefined) throw new Error("each worker has a namespace");
  await namespace.cutFromRedis();
  const cutMs = Date.now();
  // An owner that Redis answers gives no lease, from the first time it is asked.
  const leases = `http://${network.load}:${new URL(api.url).port}/api/v1${LEASES_PATH}`;
  const held = running.shares.filter(({ workerId }) => workerId === victim.id);
  const shares = held.map(({ share, epoch }) => ({ runId, share, epoch }));
  expect(await namespace.post(leases, { workerId: victim.id, shares })).toBe("409");

  // Its lease is 1.5 s; after two more seconds only goodbyes of its connections can be left.
  await pause(3_500);
  const before = await namespace.packetsToTarget();
  await pause(2_000);
  const sent = (await namespace.packetsToTarget()) - before;
  // It would have sent 400 requests, each of more than one packet.
  expect(sent).toBeLessThan(100);
  await namespace.mend();
  const run = await api.outcome(runId);

  await expectHealed(platform, run, load, { lostIds: [victim.id], lostMs: cutMs });
  await expectAllSeconds(api, run, load);
});
