import { beforeEach, describe, expect, it } from "vitest";
import type { ControllerLink } from "@onrush/worker/agent/ports.ts";
import type { LinkBench } from "./linkBench.ts";
import { heldShare, sampleHeartbeat, shareEpoch } from "./linkSamples.ts";

/** Longer than a worker may be silent. */
const SILENT_MS = 1_700;

export function standingSuite(bench: () => LinkBench): void {
  let worker: ControllerLink;
  const directory = () => bench().controller.directory;
  const given = (share: string, workerId: string, epoch = 1) => ({ share, workerId, epoch });
  const beat = (workerId: string) => worker.directory.beat(sampleHeartbeat(workerId));
  /** `epoch:ackedSeq` of each share of `run`, as a worker that holds them hears it. */
  const standings = async (...shares: string[]) => {
    const held = shares.map((share) => heldShare("run", share));
    const reply = await worker.directory.beat(sampleHeartbeat("witness", { shares: held }));
    return reply.shares.map(({ epoch, ackedSeq }) => `${epoch}:${ackedSeq}`);
  };
  const restored = { token: 5, workerIds: [], shares: [] };

  describe("shares", () => {
    beforeEach(async () => {
      worker = await bench().addWorker();
    });

    it("stand in the answer to a heartbeat as they were recorded, null where unknown", async () => {
      await directory().setShares("one", 1, [shareEpoch("0/0", 1, 7), shareEpoch("0/1", 3)]);
      await directory().setShares("two", 1, [shareEpoch("0/0", 2, 12)]);
      await directory().setShares("one", 1, [shareEpoch("0/0", 1, 8)]);
      expect(await directory().setShares("one", 1, [])).toBe(true);
      const shares = [
        heldShare("one", "0/0"),
        heldShare("two", "0/0"),
        heldShare("one", "0/1"),
        heldShare("one", "0/9"),
        heldShare("three", "0/0"),
      ];
      const reply = await worker.directory.beat(sampleHeartbeat("a", { shares }));
      const stands = reply.shares.map(({ runId, share, epoch, ackedSeq }) => [
        `${runId} ${share}`,
        `${epoch}:${ackedSeq}`,
      ]);
      expect(Object.fromEntries(stands)).toEqual({
        "one 0/0": "1:8",
        "two 0/0": "2:12",
        "one 0/1": "3:0",
        "one 0/9": "null:0",
        "three 0/0": "null:0",
      });
      expect(reply.shares).toHaveLength(5);
      expect(reply.commands).toEqual([]);
    });

    it("never go back to an earlier epoch or, within one, an earlier seq", async () => {
      await directory().setShares("run", 1, [shareEpoch("0/0", 9, 100), shareEpoch("0/1", 2, 30)]);
      const late = [shareEpoch("0/0", 9, 99), shareEpoch("0/1", 1, 40)];
      expect(await directory().setShares("run", 1, late)).toBe(true);
      expect(await standings("0/0", "0/1")).toEqual(["9:100", "2:30"]);
      await directory().setShares("run", 1, [shareEpoch("0/0", 10, 0), shareEpoch("0/1", 2, 31)]);
      expect(await standings("0/0", "0/1")).toEqual(["10:0", "2:31"]);
    });

    it("are not recorded for an owner once one with a higher token has written", async () => {
      expect(await directory().setShares("run", 1_795_000_000_009, [shareEpoch("0/0")])).toBe(true);
      const late = await directory().setShares("run", 1_795_000_000_008, [shareEpoch("0/0", 2, 9)]);
      expect(late).toBe(false);
      expect(await directory().setShares("run", 1_795_000_000_010, [])).toBe(true);
      const former = await directory().setShares("run", 1_795_000_000_009, [shareEpoch("0/1")]);
      expect(former).toBe(false);
      expect(await directory().setShares("other", 1, [shareEpoch("0/0")])).toBe(true);
      expect(await standings("0/0", "0/1")).toEqual(["1:0", "null:0"]);
    });

    it("of a released run stand at 0, known before or not", async () => {
      await directory().setShares("run", 3, [shareEpoch("0/0", 1, 7)]);
      await directory().release("run");
      expect(await standings("0/0", "0/9")).toEqual(["0:0", "0:0"]);
      await directory().release("run");
      expect(await standings("0/0")).toEqual(["0:0"]);
    });

    it("of a released run are not brought back by what its owner wrote late", async () => {
      await directory().setShares("run", 3, [shareEpoch("0/0")]);
      await directory().release("run");
      expect(await directory().setShares("run", 3, [shareEpoch("0/0")])).toBe(false);
      await directory().restore("run", { ...restored, token: 3, shares: [shareEpoch("0/0")] });
      expect((await directory().fence("run", 3, [given("0/0", "unseen")])).shares).toEqual([]);
      expect(await standings("0/0")).toEqual(["0:0"]);
      expect(await directory().setShares("run", 4, [shareEpoch("0/0")])).toBe(true);
      expect(await standings("0/0", "0/1")).toEqual(["1:0", "null:0"]);
    });
  });

  describe("fencing", () => {
    beforeEach(async () => {
      worker = await bench().addWorker();
      await directory().setShares("run", 2, [shareEpoch("0/0", 1, 5), shareEpoch("0/1", 1, 6)]);
    });

    it("raises the epoch of a silent worker's shares, and leaves alone one that was heard", async () => {
      await beat("silent");
      await bench().age(SILENT_MS);
      await beat("heard");
      const beforeMs = Math.floor((await bench().controller.clock.nowUs()) / 1_000);
      const shares = [given("0/0", "silent"), given("0/1", "heard")];
      const fenced = await directory().fence("run", 2, shares);
      const afterMs = Math.floor((await bench().controller.clock.nowUs()) / 1_000);
      expect(fenced.shares).toEqual(["0/0"]);
      expect(fenced.atMs).toBeGreaterThanOrEqual(beforeMs);
      expect(fenced.atMs).toBeLessThanOrEqual(afterMs);
      expect(await standings("0/0", "0/1")).toEqual(["2:0", "1:6"]);
    });

    it("ends the silent worker's own standing, though it beats again", async () => {
      await beat("silent");
      await bench().age(SILENT_MS);
      await directory().fence("run", 2, [given("0/0", "silent")]);
      const shares = [heldShare("run", "0/0")];
      const reply = await worker.directory.beat(sampleHeartbeat("silent", { shares }));
      expect(reply.shares).toEqual([{ runId: "run", share: "0/0", epoch: 2, ackedSeq: 0 }]);
      await directory().setShares("run", 2, [shareEpoch("0/0", 1, 50)]);
      expect(await standings("0/0")).toEqual(["2:0"]);
    });

    it("raises an epoch once, and answers again who asks again", async () => {
      await beat("silent");
      await bench().age(SILENT_MS);
      const both = await Promise.all(
        [1, 2].map(() => directory().fence("run", 2, [given("0/0", "silent")])),
      );
      expect(both.map(({ shares }) => shares)).toEqual([["0/0"], ["0/0"]]);
      expect(await standings("0/0")).toEqual(["2:0"]);
    });

    it("counts a worker as silent that has left, or that nobody has heard of", async () => {
      await beat("gone");
      await beat("witness");
      await bench().age(SILENT_MS);
      await beat("gone");
      await bench().settled();
      await worker.directory.leave("gone");
      const shares = [given("0/0", "gone"), given("0/1", "never-seen")];
      expect((await directory().fence("run", 2, shares)).shares).toEqual(["0/0", "0/1"]);
    });

    it("of a share that was forgotten goes by the epoch its owner names", async () => {
      await beat("silent");
      await bench().age(SILENT_MS);
      const shares = [given("0/7", "silent", 4)];
      expect((await directory().fence("run", 2, shares)).shares).toEqual(["0/7"]);
      expect(await standings("0/7")).toEqual(["5:0"]);
    });

    it("is not for an owner with a lower token, and shuts out those with a lower one", async () => {
      await beat("silent");
      await bench().age(SILENT_MS);
      expect((await directory().fence("run", 1, [given("0/0", "silent")])).shares).toEqual([]);
      expect(await standings("0/0")).toEqual(["1:5"]);
      expect((await directory().fence("run", 3, [given("0/0", "silent")])).shares).toEqual(["0/0"]);
      expect(await directory().setShares("run", 2, [shareEpoch("0/0", 8)])).toBe(false);
      expect(await standings("0/0")).toEqual(["2:0"]);
    });
  });

  describe("restoring", () => {
    beforeEach(async () => {
      worker = await bench().addWorker();
    });

    it("writes what was forgotten, and lowers nothing that is there", async () => {
      await directory().setShares("run", 4, [shareEpoch("0/0", 3, 1)]);
      const shares = [shareEpoch("0/0", 2, 9), shareEpoch("0/1", 2, 9)];
      await directory().restore("run", { ...restored, shares });
      expect(await standings("0/0", "0/1")).toEqual(["3:1", "2:9"]);
      expect(await directory().setShares("run", 4, [])).toBe(false);
      expect(await directory().setShares("run", 5, [])).toBe(true);
    });

    it("writes nothing for an owner with a lower token than is known", async () => {
      await beat("a");
      await directory().setShares("run", 6, []);
      const late = {
        shares: [shareEpoch("0/0")],
        workerIds: ["a"],
        claims: { claimed: {}, next: { 0: 90 }, answered: {} },
      };
      await directory().restore("run", { ...restored, ...late });
      expect(await standings("0/0")).toEqual(["null:0"]);
      expect((await directory().list()).every((w) => w.reservedFor === undefined)).toBe(true);
      expect(await directory().claims("run")).toBeUndefined();
    });
  });
}
