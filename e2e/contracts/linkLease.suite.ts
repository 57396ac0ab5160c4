import { describe, expect, it } from "vitest";
import type { LinkBench } from "./linkBench.ts";
import { eventually } from "./linkEventually.ts";

const LONG_MS = 60_000;

export function leaseSuite(bench: () => LinkBench): void {
  const lease = () => bench().controller.lease;

  describe("a run's lease", () => {
    it("goes to one of 20 that ask at once", async () => {
      const asked = Array.from({ length: 20 }, (_, owner) =>
        lease().acquire("run", `owner-${owner}`, LONG_MS),
      );
      const tokens = (await Promise.all(asked)).filter((token) => token !== undefined);
      expect(tokens).toHaveLength(1);
    });

    it("carries a token higher than every one before, over all runs", async () => {
      const tokens: (number | undefined)[] = [];
      for (const run of ["one", "two", "one", "three"]) {
        tokens.push(await lease().acquire(run, "owner", LONG_MS));
        await lease().release(run, "owner");
      }
      const numbers = tokens.map(Number);
      expect(numbers.every(Number.isSafeInteger)).toBe(true);
      expect(new Set(numbers).size).toBe(4);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers);
    });

    it("can be acquired again by its owner, who gets a new token", async () => {
      const first = await lease().acquire("run", "owner", LONG_MS);
      const second = await lease().acquire("run", "owner", LONG_MS);
      expect(second).toBeGreaterThan(Number(first));
    });

    it("passes to another owner when it has expired, and its old owner cannot renew", async () => {
      const first = await lease().acquire("run", "one", 40);
      const second = await eventually(async () => {
        const token = await lease().acquire("run", "two", LONG_MS);
        expect(token).toBeDefined();
        return token;
      });
      expect(second).toBeGreaterThan(Number(first));
      expect(await lease().renew("run", "one", LONG_MS)).toBe(false);
      expect(await lease().renew("run", "two", LONG_MS)).toBe(true);
    });

    it("is prolonged by renewing", async () => {
      await lease().acquire("run", "one", 1_000);
      expect(await lease().renew("run", "one", LONG_MS)).toBe(true);
      await lease().acquire("witness", "one", 1_050);
      await eventually(async () => {
        expect(await lease().acquire("witness", "two", LONG_MS)).toBeDefined();
      });
      expect(await lease().acquire("run", "two", LONG_MS)).toBeUndefined();
    });

    it("cannot be renewed or released by others, nor renewed when nobody holds it", async () => {
      expect(await lease().renew("run", "one", LONG_MS)).toBe(false);
      await lease().acquire("run", "one", LONG_MS);
      expect(await lease().renew("run", "two", LONG_MS)).toBe(false);
      await lease().release("run", "two");
      expect(await lease().acquire("run", "two", LONG_MS)).toBeUndefined();
      await lease().release("run", "one");
      expect(await lease().acquire("run", "two", LONG_MS)).toBeDefined();
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
