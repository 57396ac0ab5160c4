import { Redis } from "ioredis";
import { createRedisWorkerDirectory } from "@onrush/controller/platform/redis/redisWorkerDirectory.ts";
import { redisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { describe, expect, it } from "vitest";
import { openRedisBench, type RedisLinkBench } from "./linkBench.ts";
import { privateRedisState, withRedis } from "./linkPrivateRedis.ts";
import { sampleHeartbeat, sampleTask } from "./linkSamples.ts";

const { isSkipped, reason } = await privateRedisState();
if (reason !== "") console.warn(`tests that look into Redis are not run${reason}`);

function withBench(use: (bench: RedisLinkBench, direct: Redis) => Promise<void>): Promise<void> {
  return withRedis(async ({ url }) => {
    const bench = await openRedisBench(url);
    const direct = new Redis(url);
    try {
      await use(bench, direct);
    } finally {
      direct.disconnect();
      await bench.close();
    }
  });
}

describe.skipIf(isSkipped)(`a worker that is gone for good${reason}`, () => {
  it("leaves no queue, also when a run that it worked for ends later", () =>
    withBench(async ({ controller, addWorker, age, prefix }, direct) => {
      const worker = await addWorker();
      await worker.directory.beat(sampleHeartbeat("a"));
      await controller.tasks.assign("a", sampleTask("run"));
      const queue = () => direct.keys(`${prefix}:queue:*`);
      expect(await queue()).not.toEqual([]);
      await age(70_000);
      await controller.directory.list();
      expect(await queue()).toEqual([]);
      await controller.tasks.discard("a", "run");
      expect(await queue()).toEqual([]);
    }));

  it("is not forgotten before what is kept for it is dropped, by whomever", () =>
    withBench(async ({ prefix, addWorker, age }, direct) => {
      const keys = redisKeys(prefix);
      const told: string[] = [];
      let isBroken = true;
      const directory = createRedisWorkerDirectory(direct, keys, {
        async onForgotten(workerId) {
          told.push(workerId);
          if (isBroken) throw new Error("broken off");
        },
        warn: () => undefined,
      });
      const worker = await addWorker();
      await worker.directory.beat(sampleHeartbeat("a"));
      await directory.reserve("run", 1, {});
      await age(70_000);
      await expect(directory.list()).rejects.toThrow("broken off");
      expect(await direct.hkeys(keys.workers)).toEqual(["a"]);
      isBroken = false;
      expect(await directory.list()).toEqual([]);
      expect(told).toEqual(["a"]);
      await age(11_000);
      expect(await directory.list()).toEqual([]);
      expect(told).toEqual(["a", "a"]);
      expect(await direct.exists(keys.workers, keys.reservations)).toBe(0);
    }));

  it("stays known when it is heard again while what was kept for it is dropped", () =>
    withBench(async ({ prefix, addWorker, age }, direct) => {
      const worker = await addWorker();
      const beat = () => worker.directory.beat(sampleHeartbeat("a"));
      const directory = createRedisWorkerDirectory(direct, redisKeys(prefix), {
        onForgotten: async () => void (await beat()),
        warn: () => undefined,
      });
      await beat();
      await age(70_000);
      await directory.list();
      expect((await directory.list()).map(({ workerId }) => workerId)).toEqual(["a"]);
    }));
});
