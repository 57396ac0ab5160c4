import { beforeEach, describe, expect, it } from "vitest";
import type { ControllerLink } from "@onrush/worker/agent/ports.ts";
import type { LinkBench } from "./linkBench.ts";
import { fullHealth, heldShare, sampleHeartbeat, sampleTask } from "./linkSamples.ts";

export function directorySuite(bench: () => LinkBench): void {
  let worker: ControllerLink;
  const directory = () => bench().controller.directory;
  const listedIds = async () => (await directory().list()).map(({ workerId }) => workerId).sort();
  const beatAll = async (...ids: string[]) => {
    for (const id of ids) await worker.directory.beat(sampleHeartbeat(id));
  };

  describe("the directory", () => {
    beforeEach(async () => {
      worker = await bench().addWorker();
    });

    it("lists a worker as it described itself, seen now by the common clock", async () => {
      const heartbeat = sampleHeartbeat("a", {
        labels: { region: "eu", size: "großartig" },
        state: "running",
        shares: [heldShare("run", "0/1")],
      });
      const beforeMs = Math.floor((await bench().controller.clock.nowUs()) / 1_000);
      await worker.directory.beat(heartbeat);
      const afterMs = (await bench().controller.clock.nowUs()) / 1_000;
      const [listed, ...others] = await directory().list();
      expect(others).toEqual([]);
      expect(listed).toEqual({ ...heartbeat, lastSeenMs: listed?.lastSeenMs });
      expect(listed?.lastSeenMs).toBeGreaterThanOrEqual(beforeMs);
      expect(listed?.lastSeenMs).toBeLessThanOrEqual(afterMs);
    });

    it("passes on what a worker tells of its health and capacity, and what it does not know", async () => {
      const known = sampleHeartbeat("a", fullHealth);
      const unknown = sampleHeartbeat("b", { ports: null, files: null, capacity: null });
      await worker.directory.beat(known);
      await worker.directory.beat(unknown);
      const listed = await directory().list();
      const [a, b] = ["a", "b"].map((id) => listed.find(({ workerId }) => workerId === id));
      expect(a).toEqual({ ...known, lastSeenMs: a?.lastSeenMs });
      expect(b).toEqual({ ...unknown, lastSeenMs: b?.lastSeenMs });
    });

    it("lists a worker for 10 s after its last heartbeat", async () => {
      await beatAll("old");
      await bench().age(9_000);
      await beatAll("young");
      expect(await listedIds()).toEqual(["old", "young"]);
      await bench().age(1_100);
      expect(await listedIds()).toEqual(["young"]);
      await beatAll("old");
      expect(await listedIds()).toEqual(["old", "young"]);
    });

    it("forgets a worker unseen for a minute with its reservation and its tasks", async () => {
      await beatAll("a");
      expect(await directory().reserve("run", 1)).toEqual(["a"]);
      await bench().controller.tasks.assign("a", sampleTask("stale"));
      await bench().age(61_000);
      expect(await directory().list()).toEqual([]);
      await beatAll("a");
      expect((await directory().list())[0]?.reservedFor).toBeUndefined();
      const taken: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      await worker.tasks.consume("a", async ({ runId }) => {
        taken.push(runId);
        if (runId === "fresh") resolve();
      });
      await bench().controller.tasks.assign("a", sampleTask("fresh"));
      await promise;
      expect(taken).toEqual(["fresh"]);
    });

    it("no longer lists a worker that left, and frees it", async () => {
      await beatAll("a", "b");
      await directory().reserve("run", 2);
      await worker.directory.leave("a");
      await worker.directory.leave("never-seen");
      expect(await listedIds()).toEqual(["b"]);
      await beatAll("a");
      expect(await directory().reserve("next", 2)).toEqual(["a"]);
    });

    it("answers a heartbeat with how each share stands, 0 where it knows none", async () => {
      await directory().setShares("one", [
        { share: "0/0", epoch: 1, ackedSeq: 7 },
        { share: "0/1", epoch: 3, ackedSeq: 0 },
      ]);
      await directory().setShares("two", [{ share: "0/0", epoch: 2, ackedSeq: 12 }]);
      await directory().setShares("one", [{ share: "0/0", epoch: 1, ackedSeq: 8 }]);
      await directory().setShares("one", []);
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
        "one 0/9": "0:0",
        "three 0/0": "0:0",
      });
      expect(reply.shares).toHaveLength(5);
      expect(reply.commands).toEqual([]);
    });

    it("knows no share of a released run", async () => {
      await directory().setShares("run", [{ share: "0/0", epoch: 1, ackedSeq: 7 }]);
      await directory().release("run");
      const shares = [heldShare("run", "0/0")];
      const reply = await worker.directory.beat(sampleHeartbeat("a", { shares }));
      expect(reply.shares).toEqual([{ runId: "run", share: "0/0", epoch: 0, ackedSeq: 0 }]);
    });
  });

  describe("reserving", () => {
    beforeEach(async () => {
      worker = await bench().addWorker();
    });

    it("takes free workers in the order of their ids, at most as many as wanted", async () => {
      await beatAll("c", "a", "b");
      expect(await directory().reserve("run", 2)).toEqual(["a", "b"]);
      const listed = await directory().list();
      const reserved = listed.map(({ workerId, reservedFor }) => [workerId, reservedFor]);
      expect(Object.fromEntries(reserved)).toEqual({ a: "run", b: "run", c: undefined });
    });

    it("answers fewer when fewer are free, and none when none is", async () => {
      await beatAll("a", "b");
      expect(await directory().reserve("one", 5)).toEqual(["a", "b"]);
      expect(await directory().reserve("two", 1)).toEqual([]);
    });

    it("answers a run's second call with the first one's workers", async () => {
      await beatAll("b", "a");
      const first = await directory().reserve("run", 2);
      await beatAll("aa");
      expect(await directory().reserve("run", 3)).toEqual(first);
    });

    it("passes over workers that are silent for longer than 1,600 ms or go", async () => {
      await beatAll("silent");
      await bench().age(1_700);
      await worker.directory.beat(sampleHeartbeat("going", { state: "draining" }));
      await beatAll("here");
      expect(await directory().reserve("run", 3)).toEqual(["here"]);
    });

    it("gives no worker to two of 50 runs that ask at once", async () => {
      const ids = Array.from({ length: 12 }, (_, index) => `worker-${index}`);
      await beatAll(...ids);
      const asked = Array.from({ length: 50 }, (_, run) =>
        directory().reserve(`run-${run}`, 1 + (run % 3)),
      );
      const reserved = (await Promise.all(asked)).flat();
      expect(reserved.sort()).toEqual(ids.sort());
    });

    it("ends with the run's release", async () => {
      await beatAll("a", "b");
      await directory().reserve("one", 1);
      await directory().reserve("two", 1);
      await directory().release("one");
      expect(await directory().reserve("three", 2)).toEqual(["a"]);
    });
  });
}
