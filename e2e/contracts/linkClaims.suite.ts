import { beforeEach, describe, expect, it } from "vitest";
import type { Claim } from "@onrush/shared/wire/claims.ts";
import { WANT_ALL } from "@onrush/shared/wire/grantSize.ts";
import type { ControllerLink } from "@onrush/worker/agent/ports.ts";
import type { KeptClaims } from "@onrush/controller/platform/ports.ts";
import type { LinkBench } from "./linkBench.ts";
import { sampleHeartbeat, shareEpoch } from "./linkSamples.ts";

export function claimSuite(bench: () => LinkBench): void {
  let worker: ControllerLink;
  const directory = () => bench().controller.directory;
  const claim = (changes: Partial<Claim> = {}): Claim => ({
    ...{ runId: "run", share: "0/0", epoch: 1, thread: 0, request: 1 },
    ...{ want: 10, limit: 100, parts: 2 },
    ...changes,
  });
  const none = { claimed: {}, next: {}, answered: {} };
  const open = (runId: string, claims: Partial<KeptClaims> = {}) =>
    directory().restore(runId, {
      ...{ token: 1, workerIds: [], shares: [] },
      claims: { ...none, ...claims },
    });
  const claimed = async () => (await directory().claims("run"))?.claimed;
  const ask = (changes: Partial<Claim> = {}) => worker.directory.claim(claim(changes));

  describe("claims of iterations", () => {
    beforeEach(async () => {
      worker = await bench().addWorker();
      await directory().setShares(
        "run",
        1,
        ["0/0", "0/1", "1/0"].map((share) => shareEpoch(share)),
      );
      await open("run");
    });

    it("hand out each number once, whoever asks", async () => {
      expect(await ask()).toEqual({ first: 0, count: 10 });
      expect(await ask({ share: "0/1" })).toEqual({ first: 10, count: 10 });
      expect(await ask({ thread: 1 })).toEqual({ first: 20, count: 10 });
      expect(await ask({ request: 2 })).toEqual({ first: 30, count: 10 });
    });

    it("give at most half a fair part of what is left, and at least one", async () => {
      expect(await ask({ want: 1_000 })).toEqual({ first: 0, count: 25 });
      expect(await ask({ want: 1_000, request: 2 })).toEqual({ first: 25, count: 19 });
      expect(await ask({ runId: "run", share: "1/0", limit: 1 })).toEqual({ first: 0, count: 1 });
    });

    it("give everything that is left when all is wanted, then nothing", async () => {
      await ask();
      expect(await ask({ request: 2, want: WANT_ALL })).toEqual({ first: 10, count: 90 });
      expect(await ask({ request: 3 })).toMatchObject({ count: 0 });
    });

    it("count each workload for itself", async () => {
      await ask();
      expect(await ask({ share: "1/0" })).toEqual({ first: 0, count: 10 });
    });

    it("are answered as before when they are asked again", async () => {
      const first = await ask();
      expect(await ask()).toEqual(first);
      expect(await ask({ request: 2 })).toEqual({ first: 10, count: 10 });
      expect(await claimed()).toEqual({ "0/0": 20 });
    });

    it("of another epoch or a released run get nothing", async () => {
      expect(await ask({ epoch: 2 })).toMatchObject({ count: 0 });
      expect(await claimed()).toEqual({});
      await directory().release("run");
      expect(await ask()).toMatchObject({ count: 0 });
      expect(await ask({ share: "0/7" })).toMatchObject({ count: 0 });
      expect(await claimed()).toBeUndefined();
    });

    it("of a share that was forgotten are refused, to be asked again", async () => {
      await expect(ask({ share: "0/7" })).rejects.toThrow("claim again");
      await expect(ask({ runId: "other" })).rejects.toThrow("claim again");
      await directory().setShares("other", 1, [shareEpoch("0/0")]);
      expect(await directory().claims("other")).toBeUndefined();
      await expect(ask({ runId: "other" })).rejects.toThrow("claim again");
      await open("other");
      expect(await ask({ runId: "other" })).toEqual({ first: 0, count: 10 });
    });

    it("go on behind what an owner knows to be claimed, and never before it", async () => {
      await ask();
      await open("run", { next: { 0: 40, 1: 7 }, claimed: { "0/0": 25, "0/1": 15 } });
      expect(await ask({ request: 2 })).toEqual({ first: 40, count: 10 });
      await open("run", { next: { 0: 45 }, claimed: { "0/0": 30 } });
      expect(await ask({ request: 3 })).toEqual({ first: 50, count: 10 });
      expect(await claimed()).toEqual({ "0/0": 45, "0/1": 15 });
      expect(await ask({ share: "1/0" })).toEqual({ first: 7, count: 10 });
    });

    it("that an owner read before are answered as before elsewhere", async () => {
      await ask();
      const first = await ask({ request: 2 });
      const kept = await directory().claims("run");
      await directory().release("run");
      await directory().setShares("run", 2, [shareEpoch("0/0")]);
      await directory().restore("run", {
        ...{ token: 2, workerIds: [], shares: [] },
        claims: kept ?? none,
      });
      expect(await directory().claims("run")).toEqual(kept);
      expect(await ask({ request: 2 })).toEqual(first);
      expect(await ask({ request: 3 })).toEqual({ first: 20, count: 10 });
    });

    it("of a fenced share get nothing, those of its next epoch do", async () => {
      await ask();
      await worker.directory.beat(sampleHeartbeat("silent"));
      await bench().age(1_700);
      const given = { share: "0/0", workerId: "silent", epoch: 1 };
      expect((await directory().fence("run", 1, [given])).shares).toEqual(["0/0"]);
      expect(await ask({ request: 2 })).toMatchObject({ count: 0 });
      expect(await ask({ epoch: 2 })).toEqual({ first: 10, count: 10 });
    });

    it("are known by share, and forgotten with the run", async () => {
      await Promise.all([ask(), ask({ share: "0/1", want: 3 }), ask({ thread: 1 })]);
      expect(await claimed()).toEqual({ "0/0": 20, "0/1": 3 });
      await directory().release("run");
      expect(await claimed()).toBeUndefined();
    });

    it("keep numbers of many digits exact", async () => {
      const limit = 10_000_000_000;
      expect(await ask({ want: WANT_ALL, limit })).toEqual({ first: 0, count: limit });
    });
  });
}
