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
      expect(await directory().reserve("run", 1, {})).toEqual(["a"]);
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
      await directory().reserve("run", 2, {});
      await worker.directory.leave("a");
      await worker.directory.leave("never-seen");
      expect(await listedIds()).toEqual(["b"]);
      await beatAll("a");
      expect(await directory().reserve("next", 2, {})).toEqual(["a"]);
    });
  });

  describe("who is absent", () => {
    const absent = async (...ids: string[]) => (await directory().absent(ids)).workerIds;
    const show = async (link: ControllerLink, id: string) => {
      await link.presence.show(id, () => undefined);
      await link.directory.beat(sampleHeartbeat(id));
    };

    it("is whose connection has closed, or who never had one, by the common clock", async () => {
      const [gone, here] = [await bench().addWorker(), await bench().addWorker()];
      await show(gone, "gone");
      await show(here, "here");
      expect(await absent("gone", "here", "never")).toEqual(["never"]);
      await gone.close();
      await expect.poll(() => absent("gone", "here")).toEqual(["gone"]);
      const beforeMs = (await bench().controller.clock.nowUs()) / 1_000;
      const { atMs } = await directory().absent(["gone"]);
      const afterMs = (await bench().controller.clock.nowUs()) / 1_000;
      expect(atMs).toBeGreaterThanOrEqual(beforeMs);
      expect(atMs).toBeLessThanOrEqual(afterMs);
    });

    it("is not who comes back, or was only silent", async () => {
      const first = await bench().addWorker();
      await show(first, "w");
      await bench().age(5_000);
      expect(await absent("w")).toEqual([]);
      await first.close();
      await expect.poll(() => absent("w")).toEqual(["w"]);
      await show(await bench().addWorker(), "w");
      expect(await absent("w")).toEqual([]);
    });
  });

  describe("reserving", () => {
    beforeEach(async () => {
      worker = await bench().addWorker();
    });

    it("takes free workers in the order of their ids, at most as many as wanted", async () => {
      await beatAll("c", "a", "b");
      expect(await directory().reserve("run", 2, {})).toEqual(["a", "b"]);
      const listed = await directory().list();
      const reserved = listed.map(({ workerId, reservedFor }) => [workerId, reservedFor]);
      expect(Object.fromEntries(reserved)).toEqual({ a: "run", b: "run", c: undefined });
    });

    it("answers fewer when fewer are free, and none when none is", async () => {
      await beatAll("a", "b");
      expect(await directory().reserve("one", 5, {})).toEqual(["a", "b"]);
      expect(await directory().reserve("two", 1, {})).toEqual([]);
    });

    it("answers a run's second call with the first one's workers", async () => {
      await beatAll("b", "a");
      const first = await directory().reserve("run", 2, {});
      await beatAll("aa");
      expect(await directory().reserve("run", 3, {})).toEqual(first);
    });

    it("passes over workers that are silent for longer than 1,600 ms or go", async () => {
      await beatAll("silent");
      await bench().age(1_700);
      await worker.directory.beat(sampleHeartbeat("going", { state: "draining" }));
      await beatAll("here");
      expect(await directory().reserve("run", 3, {})).toEqual(["here"]);
    });

    it("gives no worker to two of 50 runs that ask at once", async () => {
      const ids = Array.from({ length: 12 }, (_, index) => `worker-${index}`);
      await beatAll(...ids);
      const asked = Array.from({ length: 50 }, (_, run) =>
        directory().reserve(`run-${run}`, 1 + (run % 3), {}),
      );
      const reserved = (await Promise.all(asked)).flat();
      expect(reserved.sort()).toEqual(ids.sort());
    });

    it("ends with the run's release", async () => {
      await beatAll("a", "b");
      await directory().reserve("one", 1, {});
      await directory().reserve("two", 1, {});
      await directory().release("one");
      expect(await directory().reserve("three", 2, {})).toEqual(["a"]);
    });

    it("passes over workers that still hold a share", async () => {
      const shares = [heldShare("earlier", "0/0")];
      await worker.directory.beat(sampleHeartbeat("busy", { shares }));
      await beatAll("free");
      expect(await directory().reserve("run", 2, {})).toEqual(["free"]);
      await beatAll("busy");
      expect(await directory().reserve("next", 2, {})).toEqual(["busy"]);
    });

    it("takes only workers that have all the labels", async () => {
      const labelled = (id: string, labels: Record<string, string>) =>
        worker.directory.beat(sampleHeartbeat(id, { labels }));
      await labelled("a", { region: "eu" });
      await labelled("b", { region: "eu", size: "großartig" });
      await labelled("c", { region: "us", size: "großartig" });
      await labelled("d", { region: "eu", size: "großartig", spare: "" });
      const wanted = { region: "eu", size: "großartig" };
      expect(await directory().reserve("none", 4, { ...wanted, gpu: "yes" })).toEqual([]);
      expect(await directory().reserve("run", 4, wanted)).toEqual(["b", "d"]);
      expect(await directory().reserveMore("run", 4, { size: "großartig" })).toEqual(["c"]);
    });

    it("of more answers only the ones in addition", async () => {
      await beatAll("a", "b", "c", "d");
      await directory().reserve("run", 2, {});
      expect(await directory().reserveMore("run", 1, {})).toEqual(["c"]);
      expect(await directory().reserveMore("run", 2, {})).toEqual(["d"]);
      expect(await directory().reserveMore("run", 2, {})).toEqual([]);
      expect(await directory().reserve("run", 1, {})).toEqual(["a", "b", "c", "d"]);
      await directory().release("run");
      expect(await directory().reserve("next", 9, {})).toEqual(["a", "b", "c", "d"]);
    });

    it("can be restored, except of workers that another run has by now", async () => {
      await beatAll("a", "b");
      await directory().reserve("other", 1, {});
      const standing = { token: 1, shares: [] };
      await directory().restore("run", { ...standing, workerIds: ["a", "b", "unseen"] });
      expect(await directory().reserve("run", 1, {})).toEqual(["b", "unseen"]);
      expect(await directory().reserve("other", 1, {})).toEqual(["a"]);
    });
  });
}
