import { describe, expect, it } from "vitest";
import type { LinkBench } from "./linkBench.ts";
import { eventually } from "./linkEventually.ts";
import { heldShare, sampleHeartbeat, sampleOwner } from "./linkSamples.ts";

const LONG_MS = 60_000;
const [OWNER, ONE, TWO] = [sampleOwner("owner"), sampleOwner("one"), sampleOwner("two")];

export function leaseSuite(bench: () => LinkBench): void {
  const lease = () => bench().controller.lease;

  describe("a run's lease", () => {
    it("goes to one of 20 that ask at once", async () => {
      const asked = Array.from({ length: 20 }, (_, owner) =>
        lease().acquire("run", sampleOwner(`owner-${owner}`), LONG_MS),
      );
      const tokens = (await Promise.all(asked)).filter((token) => token !== undefined);
      expect(tokens).toHaveLength(1);
    });

    it("carries a token higher than every one before, over all runs", async () => {
      const tokens: (number | undefined)[] = [];
      for (const run of ["one", "two", "one", "three"]) {
        tokens.push(await lease().acquire(run, OWNER, LONG_MS));
        await lease().release(run, OWNER);
      }
      const numbers = tokens.map(Number);
      expect(numbers.every(Number.isSafeInteger)).toBe(true);
      expect(new Set(numbers).size).toBe(4);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers);
    });

    it("can be acquired again by its owner, who gets a new token", async () => {
      const first = await lease().acquire("run", OWNER, LONG_MS);
      const second = await lease().acquire("run", OWNER, LONG_MS);
      expect(second).toBeGreaterThan(Number(first));
    });

    it("passes to another owner when it has expired, and its old owner cannot renew", async () => {
      const first = await lease().acquire("run", ONE, 40);
      const second = await eventually(async () => {
        const token = await lease().acquire("run", TWO, LONG_MS);
        expect(token).toBeDefined();
        return token;
      });
      expect(second).toBeGreaterThan(Number(first));
      expect(await lease().renew("run", ONE, LONG_MS)).toEqual({ owned: false, stopAsked: false });
      expect(await lease().renew("run", TWO, LONG_MS)).toEqual({ owned: true, stopAsked: false });
    });

    it("is prolonged by renewing", async () => {
      await lease().acquire("run", ONE, 1_000);
      expect(await lease().renew("run", ONE, LONG_MS)).toEqual({ owned: true, stopAsked: false });
      await lease().acquire("witness", ONE, 1_050);
      await eventually(async () => {
        expect(await lease().acquire("witness", TWO, LONG_MS)).toBeDefined();
      });
      expect(await lease().acquire("run", TWO, LONG_MS)).toBeUndefined();
    });

    it("cannot be renewed or released by others, nor renewed when nobody holds it", async () => {
      expect(await lease().renew("run", ONE, LONG_MS)).toEqual({ owned: false, stopAsked: false });
      await lease().acquire("run", ONE, LONG_MS);
      expect(await lease().renew("run", TWO, LONG_MS)).toEqual({ owned: false, stopAsked: false });
      await lease().release("run", TWO);
      expect(await lease().acquire("run", TWO, LONG_MS)).toBeUndefined();
      await lease().release("run", ONE);
      expect(await lease().acquire("run", TWO, LONG_MS)).toBeDefined();
    });

    it("tells its owner that the run is asked to stop, until the run is released", async () => {
      await lease().askStop("run");
      await lease().askStop("run");
      await lease().acquire("run", ONE, LONG_MS);
      await lease().acquire("other", ONE, LONG_MS);
      expect(await lease().renew("run", ONE, LONG_MS)).toEqual({ owned: true, stopAsked: true });
      expect(await lease().renew("other", ONE, LONG_MS)).toMatchObject({ stopAsked: false });
      await lease().release("run", ONE);
      await lease().acquire("run", TWO, LONG_MS);
      expect(await lease().renew("run", TWO, LONG_MS)).toEqual({ owned: true, stopAsked: true });
      await bench().controller.directory.release("run");
      expect(await lease().renew("run", TWO, LONG_MS)).toEqual({ owned: true, stopAsked: false });
    });

    it("names its owner in answers to heartbeats, and nobody when nobody holds it", async () => {
      const worker = await bench().addWorker();
      const shares = ["held", "free", "held"].map((run, part) => heldShare(run, `0/${part}`));
      const ownersOf = async () =>
        (await worker.directory.beat(sampleHeartbeat("a", { shares }))).owners;
      const spaced = { id: "an owner", url: "http://[::1]:8080/base" };
      expect(await ownersOf()).toEqual({ held: null, free: null });
      await lease().acquire("held", spaced, LONG_MS);
      expect(await ownersOf()).toEqual({ held: bench().ownerSeenAs(spaced.url), free: null });
      const moved = { ...spaced, url: "http://127.0.0.1:9090" };
      expect(await lease().renew("held", moved, LONG_MS)).toMatchObject({ owned: true });
      expect(await ownersOf()).toEqual({ held: bench().ownerSeenAs(moved.url), free: null });
      await lease().release("held", moved);
      expect(await ownersOf()).toEqual({ held: null, free: null });
    });
  });

  describe("the common clock", () => {
    it("moves forward, for both sides alike, by no more than passes between reads", async () => {
      const worker = await bench().addWorker();
      const clocks = [bench().controller.clock, worker.clock];
      let lastUs = 0;
      for (let turn = 0; turn < 20; turn++) {
        const beforeMs = performance.now();
        const firstUs = await clocks[turn % 2]!.nowUs();
        const secondUs = await clocks[(turn + 1) % 2]!.nowUs();
        const betweenUs = (performance.now() - beforeMs) * 1_000;
        expect(firstUs).toBeGreaterThanOrEqual(lastUs);
        expect(secondUs).toBeGreaterThanOrEqual(firstUs);
        // Both clocks tick in whole microseconds.
        expect(secondUs - firstUs).toBeLessThanOrEqual(betweenUs + 2);
        lastUs = secondUs;
      }
    });

    it("tells Unix time", async () => {
      const nowUs = await bench().controller.clock.nowUs();
      expect(Math.abs(nowUs / 1_000 - Date.now())).toBeLessThan(60_000);
    });
  });

  it("the link answers a ping", async () => {
    await expect(bench().controller.ping()).resolves.toBeUndefined();
  });
}
