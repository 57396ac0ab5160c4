import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { redisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { connectRedisControllerLink } from "@onrush/worker/agent/redis/redisControllerLink.ts";
import { openRedisBench, type RedisLinkBench } from "./linkBench.ts";
import { eventually } from "./linkEventually.ts";
import { privateRedisState, withRedis } from "./linkPrivateRedis.ts";
import { heldShare, sampleHeartbeat, sampleOwner, shareEpoch } from "./linkSamples.ts";

const { isSkipped, reason } = await privateRedisState();
if (reason !== "") console.warn(`tests that empty Redis are not run${reason}`);

const ignore = () => undefined;

interface Emptied {
  bench: RedisLinkBench;
  direct: Redis;
  url: string;
}

function withBench(use: (emptied: Emptied) => Promise<void>): Promise<void> {
  return withRedis(async ({ url }) => {
    const bench = await openRedisBench(url);
    const direct = new Redis(url);
    try {
      await use({ bench, direct, url });
    } finally {
      direct.disconnect();
      await bench.close();
    }
  });
}

const known = { token: 7, workerIds: ["a"], shares: [shareEpoch("0/0", 2, 30)] };
const none = { claimed: {}, next: {}, answered: {} };
const claim = {
  ...{ runId: "run", share: "0/0", epoch: 2, thread: 0 },
  ...{ want: 10, limit: 100, parts: 1 },
};

describe.skipIf(isSkipped)(`a Redis that came back with old data${reason}`, () => {
  it("gives no fencing token a second time", () =>
    withBench(async ({ bench, direct }) => {
      const { lease } = bench.controller;
      const { leaseToken } = redisKeys(bench.prefix);
      const acquired = async () => Number(await lease.acquire("run", sampleOwner("one"), 60_000));
      await acquired();
      const old = String(await direct.get(leaseToken));
      for (let i = 0; i < 5; i++) await acquired();
      const last = await acquired();
      // The clock has reached what was given by then, as it has after every restart.
      await eventually(async () => {
        expect((await bench.controller.clock.nowUs()) / 1_000).toBeGreaterThan(last + 1);
      });
      await direct.set(leaseToken, old);
      expect(await acquired()).toBeGreaterThan(last);
    }));
});

describe.skipIf(isSkipped)(`a Redis that came back empty${reason}`, () => {
  it("neither ends shares nor extends their lease until their owner restores them", () =>
    withBench(async ({ bench, direct }) => {
      const { directory } = bench.controller;
      const worker = await bench.addWorker();
      const shares = [heldShare("run", "0/0", 2), heldShare("ended", "0/0")];
      const beat = () => worker.directory.beat(sampleHeartbeat("a", { shares }));
      const epochs = async () => (await beat()).shares.map(({ epoch }) => epoch);
      await worker.directory.beat(sampleHeartbeat("a"));
      await directory.reserve("run", 1, {});
      await directory.setShares("run", 7, [shareEpoch("0/0", 2, 30)]);
      await directory.setShares("ended", 7, [shareEpoch("0/0")]);
      await directory.release("ended");
      await directory.restore("run", { ...known, claims: none });
      await worker.directory.claim({ ...claim, request: 1 });
      expect(await epochs()).toEqual([2, 0]);

      await direct.flushall();
      expect(await epochs()).toEqual([null, null]);
      await expect(worker.directory.claim({ ...claim, request: 2 })).rejects.toThrow("FORGOTTEN");

      await directory.restore("run", known);
      expect((await beat()).shares[0]).toMatchObject({ epoch: 2, ackedSeq: 30 });
      expect(await directory.reserve("run", 1, {})).toEqual(["a"]);
      await expect(worker.directory.claim({ ...claim, request: 2 })).rejects.toThrow("FORGOTTEN");
      await directory.restore("run", { ...known, claims: { ...none, next: { 0: 10 } } });
      const granted = await worker.directory.claim({ ...claim, request: 2 });
      expect(granted).toEqual({ first: 10, count: 10 });
    }));

  it("grants nothing from old data until the run's owner has said what is claimed", () =>
    withBench(async ({ bench, direct }) => {
      const { directory } = bench.controller;
      const worker = await bench.addWorker();
      await directory.restore("run", { ...known, claims: none });
      await worker.directory.claim({ ...claim, request: 1 });
      // As after a restart from a file that lacks the latest claims: the server has another run id.
      await direct.hset(redisKeys(bench.prefix).claims("run"), "open", "0123456789abcdef");
      expect(await directory.claims("run")).toBeUndefined();
      await expect(worker.directory.claim({ ...claim, request: 2 })).rejects.toThrow("FORGOTTEN");
      await directory.restore("run", { ...known, claims: { ...none, next: { 0: 30 } } });
      const granted = await worker.directory.claim({ ...claim, request: 2 });
      expect(granted).toEqual({ first: 30, count: 10 });
    }));

  it("takes no worker for silent before it could have heard of it", () =>
    withBench(async ({ bench, direct }) => {
      const { directory } = bench.controller;
      const worker = await bench.addWorker();
      await worker.directory.beat(sampleHeartbeat("a"));
      await bench.age(1_700);
      await direct.flushall();
      const fence = () => directory.fence("run", 7, [{ share: "0/0", workerId: "a", epoch: 2 }]);
      // It may have been heard just before all was forgotten.
      expect((await fence()).shares).toEqual([]);
      await bench.age(1_700);
      expect((await fence()).shares).toEqual(["0/0"]);
    }));

  it("takes no worker for absent that stays connected", () =>
    withBench(async ({ bench, direct }) => {
      const worker = await bench.addWorker();
      await worker.presence.show("a", ignore);
      await direct.flushall();
      expect((await bench.controller.directory.absent(["a", "b"])).workerIds).toEqual(["b"]);
    }));

  it("gives a token above every one before, so that owners keep their order", () =>
    withBench(async ({ bench, direct }) => {
      const { lease } = bench.controller;
      const before = await lease.acquire("run", sampleOwner("one"), 60_000);
      await direct.flushall();
      expect(await lease.renew("run", sampleOwner("one"), 60_000)).toMatchObject({ owned: false });
      await eventually(async () => {
        const after = await lease.acquire("run", sampleOwner("one"), 60_000);
        expect(after).toBeGreaterThan(Number(before));
      });
    }));
});

describe.skipIf(isSkipped)(`the link over Redis alone${reason}`, () => {
  it("knows a released run for a while, and lets nothing of it live longer", () =>
    withBench(async ({ bench, direct }) => {
      await bench.controller.directory.setShares("run", 1, [shareEpoch("0/0")]);
      await bench.controller.lease.askStop("run");
      await bench.controller.directory.release("run");
      const ofRun = await direct.keys("*:run:run:*");
      expect(ofRun).toHaveLength(1);
      const lifeMs = await direct.pttl(ofRun[0] ?? "");
      expect(lifeMs).toBeGreaterThan(0);
      expect(lifeMs).toBeLessThanOrEqual(3_600_000);
    }));

  it("bounds a stream of reports that nobody reads", () =>
    withBench(async ({ bench, direct }) => {
      const key = redisKeys(bench.prefix).reports("run");
      const fill = "for i = 1, 201000 do redis.call('XADD', KEYS[1], '*', 'r', 'x') end";
      await direct.eval(fill, 1, key);
      const worker = await bench.addWorker();
      await worker.reports.append("run", Uint8Array.of(1));
      const length = await direct.xlen(key);
      expect(length).toBeGreaterThanOrEqual(200_000);
      expect(length).toBeLessThanOrEqual(200_200);
    }));

  it("reserves by the labels that a worker's link adds to its heartbeats", () =>
    withBench(async ({ bench, url }) => {
      const { prefix } = bench;
      const labels = { region: "eu", size: "small" };
      const worker = await connectRedisControllerLink({ url, prefix, labels, warn: ignore });
      await worker.directory.beat(sampleHeartbeat("a", { labels: { size: "large" } }));
      const { directory } = bench.controller;
      expect(await directory.reserve("run", 1, labels)).toEqual([]);
      expect(await directory.reserve("run", 1, { region: "eu", size: "large" })).toEqual(["a"]);
      await worker.close();
    }));
});
