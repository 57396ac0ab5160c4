import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Command } from "@onrush/shared/wire/commands.ts";
import { openLocalBench, type LinkBench } from "./linkBench.ts";
import { claimSuite } from "./linkClaims.suite.ts";
import { eventually } from "./linkEventually.ts";
import { sampleHeartbeat, sampleTask, stopCommand } from "./linkSamples.ts";
import { standingSuite } from "./linkStandings.suite.ts";
import { createUnruly } from "./unruly.ts";

const OPTIONS = { seed: 7, maxDelayMs: 50, duplicated: 0.3 };
const COUNT = 100;

/** The numbers as they reach the sink, under a clock that runs by itself. */
async function arrivals(seed: number): Promise<number[]> {
  const unruly = createUnruly({ ...OPTIONS, seed });
  const arrived: number[] = [];
  const sink = unruly.reportSink({
    append: async (_runId, bytes) => void arrived.push(bytes[0] ?? -1),
  });
  for (let value = 0; value < COUNT; value++) void sink.append("run", Uint8Array.of(value));
  await vi.runAllTimersAsync();
  await unruly.settled();
  return arrived;
}

describe("an unruly sink", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("loses nothing, doubles some and changes the order", async () => {
    const arrived = await arrivals(7);
    expect(new Set(arrived).size).toBe(COUNT);
    expect(arrived.length).toBeGreaterThan(COUNT * 1.15);
    expect(arrived.length).toBeLessThan(COUNT * 1.45);
    expect(arrived).not.toEqual(arrived.toSorted((a, b) => a - b));
  });

  it("is as unruly again with the same seed, and otherwise with another", async () => {
    expect(await arrivals(7)).toEqual(await arrivals(7));
    expect(await arrivals(7)).not.toEqual(await arrivals(8));
  });

  it("resolves only when the first copy has arrived", async () => {
    const unruly = createUnruly({ ...OPTIONS, duplicated: 1 });
    let copies = 0;
    const sink = unruly.reportSink({ append: async () => void copies++ });
    const appended = sink.append("run", Uint8Array.of(1)).then(() => copies);
    await vi.runAllTimersAsync();
    expect(await appended).toBe(1);
    await unruly.settled();
    expect(copies).toBe(2);
  });

  it("tells a failure to the caller and when it settles", async () => {
    const unruly = createUnruly({ ...OPTIONS, duplicated: 0 });
    const sink = unruly.reportSink({ append: () => Promise.reject(new Error("full")) });
    const appended = expect(sink.append("run", Uint8Array.of(1))).rejects.toThrow("full");
    await vi.runAllTimersAsync();
    await appended;
    await expect(unruly.settled()).rejects.toThrow("full");
  });
});

/** A bench whose workers' messages are delayed and doubled; silence begins when all have arrived. */
async function openUnrulyBench(): Promise<LinkBench> {
  const bench = await openLocalBench();
  const unruly = createUnruly({ ...OPTIONS, maxDelayMs: 10 });
  return {
    ...bench,
    addWorker: async () => unruly.controllerLink(await bench.addWorker()),
    settled: unruly.settled,
    async age(ms) {
      await unruly.settled();
      await bench.age(ms);
    },
    async close() {
      await unruly.settled();
      await bench.close();
    },
  };
}

describe("behind an unruly network", () => {
  let bench: LinkBench;
  beforeEach(async () => {
    bench = await openUnrulyBench();
  });
  afterEach(() => bench.close());

  standingSuite(() => bench);
  claimSuite(() => bench);
});

describe("an unruly controller link", () => {
  let bench: LinkBench;
  beforeEach(async () => {
    bench = await openLocalBench();
  });
  afterEach(() => bench.close());

  it("delivers every task and command at least once, and answers heartbeats", async () => {
    const unruly = createUnruly({ ...OPTIONS, maxDelayMs: 10 });
    const worker = unruly.controllerLink(await bench.addWorker());
    const shares: string[] = [];
    const commands: Command[] = [];
    await worker.tasks.consume("a", async ({ share }) => void shares.push(share));
    await worker.commands.subscribe((command) => commands.push(command));
    const sent = Array.from({ length: 30 }, (_, part) => `0/${part}`);
    for (const share of sent) await bench.controller.tasks.assign("a", sampleTask("run", share));
    for (let token = 1; token <= 5; token++) {
      await bench.controller.control.send(stopCommand("run", token));
    }
    expect(await worker.directory.beat(sampleHeartbeat("a"))).toEqual({
      ...{ shares: [], commands: [], owners: {} },
    });
    await eventually(() => {
      expect(new Set(shares)).toEqual(new Set(sent));
      expect(new Set(commands.map(({ token }) => token)).size).toBe(5);
    });
    await unruly.settled();
    expect(shares.length).toBeGreaterThan(sent.length);
  });

  it("closes when its reports have arrived", async () => {
    const worker = createUnruly(OPTIONS).controllerLink(await bench.addWorker());
    const arrived: number[] = [];
    const stop = bench.controller.reports.read("run", "0", (entries) => {
      arrived.push(...entries.map(({ bytes }) => bytes[0] ?? -1));
    });
    const appended = [1, 2, 3].map((value) => worker.reports.append("run", Uint8Array.of(value)));
    await worker.close();
    await Promise.all(appended);
    await eventually(() => expect(new Set(arrived)).toEqual(new Set([1, 2, 3])));
    await stop();
  });
});
