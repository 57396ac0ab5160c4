import { describe, expect, it } from "vitest";
import type { StreamEntry } from "@onrush/controller/platform/ports.ts";
import { withheldMs } from "../system/standstills.ts";
import type { LinkBench } from "./linkBench.ts";
import { eventually } from "./linkEventually.ts";
import { numberedBytes } from "./linkSamples.ts";

interface Reading {
  entries: StreamEntry[];
  stop(): Promise<void>;
}

function readFrom(bench: LinkBench, runId: string, position: string): Reading {
  const entries: StreamEntry[] = [];
  const stop = bench.controller.reports.read(runId, position, (batch) => {
    // Bytes are only there while a batch is dealt with.
    entries.push(...batch.map(({ position, bytes }) => ({ position, bytes: bytes.slice() })));
  });
  return { entries, stop };
}

const contents = (entries: readonly StreamEntry[]) => entries.map(({ bytes }) => [...bytes]);

async function appendAll(bench: LinkBench, runId: string, all: readonly Uint8Array[]) {
  const worker = await bench.addWorker();
  for (const bytes of all) await worker.reports.append(runId, bytes);
  return worker;
}

async function readAll(bench: LinkBench, runId: string, from: string, count: number) {
  const reading = readFrom(bench, runId, from);
  await eventually(() => expect(reading.entries.length).toBeGreaterThanOrEqual(count));
  await reading.stop();
  return reading.entries;
}

export function reportSuite(bench: () => LinkBench): void {
  describe("reports", () => {
    it("keep order and bytes exactly, over many batches", async () => {
      const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const view = Uint8Array.of(9, 9, 1, 2, 3, 9).subarray(2, 5);
      const sent = [everyByte, new Uint8Array(0), view, ...numberedBytes(1_000)];
      await appendAll(bench(), "run", sent);
      const entries = await readAll(bench(), "run", "0", sent.length);
      expect(contents(entries)).toEqual(sent.map((bytes) => [...bytes]));
    });

    it("carry a megabyte", async () => {
      const sent = new Uint8Array(1_000_000).map((_, index) => (index * 7) % 251);
      await appendAll(bench(), "run", [sent]);
      const [entry] = await readAll(bench(), "run", "0", 1);
      expect(Buffer.compare(entry?.bytes ?? sent.subarray(1), sent)).toBe(0);
    });

    it("appended without waiting keep their order", async () => {
      const worker = await bench().addWorker();
      const sent = numberedBytes(100);
      await Promise.all(sent.map((bytes) => worker.reports.append("run", bytes)));
      const entries = await readAll(bench(), "run", "0", 100);
      expect(contents(entries)).toEqual(sent.map((bytes) => [...bytes]));
    });

    it("reach a reader that was there first", async () => {
      const reading = readFrom(bench(), "run", "0");
      await appendAll(bench(), "run", numberedBytes(3));
      await eventually(() => expect(reading.entries).toHaveLength(3));
      await reading.stop();
    });

    it("are read from after a position", async () => {
      await appendAll(bench(), "run", numberedBytes(10));
      const all = await readAll(bench(), "run", "0", 10);
      const rest = await readAll(bench(), "run", all[6]?.position ?? "", 3);
      expect(rest).toEqual(all.slice(7));
    });

    it("of two runs do not mix", async () => {
      const worker = await bench().addWorker();
      for (const [index, bytes] of numberedBytes(10).entries()) {
        await worker.reports.append(index % 2 === 0 ? "even" : "odd", bytes);
      }
      const even = await readAll(bench(), "even", "0", 5);
      expect(even.map(({ bytes }) => bytes[1])).toEqual([0, 2, 4, 6, 8]);
    });

    it("trimmed up to and including a position are forgotten, later ones stay", async () => {
      await appendAll(bench(), "run", numberedBytes(10));
      const all = await readAll(bench(), "run", "0", 10);
      await bench().controller.reports.trim("run", all[3]?.position ?? "");
      expect(await readAll(bench(), "run", "0", 6)).toEqual(all.slice(4));
      await bench().controller.reports.trim("run", "0");
      expect(await readAll(bench(), "run", "0", 6)).toEqual(all.slice(4));
    });

    it("after a removal begin anew, also for a reader with an old position", async () => {
      const worker = await appendAll(bench(), "run", numberedBytes(5));
      const old = await readAll(bench(), "run", "0", 5);
      await bench().controller.reports.remove("run");
      await worker.reports.append("run", Uint8Array.of(77));
      const positions = ["0", old.at(-1)?.position ?? ""];
      for (const position of positions) {
        expect(contents(await readAll(bench(), "run", position, 1))).toEqual([[77]]);
      }
    });

    it("wait until the last batch is dealt with", async () => {
      const worker = await bench().addWorker();
      const { promise: barrier, resolve: lift } = Promise.withResolvers<void>();
      const batches: number[] = [];
      const stop = bench().controller.reports.read("run", "0", async (batch) => {
        batches.push(batch.length);
        await barrier;
      });
      await worker.reports.append("run", Uint8Array.of(1));
      await eventually(() => expect(batches).toEqual([1]));
      await worker.reports.append("run", Uint8Array.of(2));
      await worker.reports.append("run", Uint8Array.of(3));
      expect(batches).toEqual([1]);
      lift();
      await eventually(() => expect(batches).toEqual([1, 2]));
      await stop();
    });

    it("that could not be dealt with are told of and come again", async () => {
      const seen: string[] = [];
      const stop = bench().controller.reports.read("run", "0", async (batch) => {
        seen.push(batch.map(({ bytes }) => bytes[0]).join());
        if (seen.length === 1) throw new Error("the store is away");
      });
      await appendAll(bench(), "run", [Uint8Array.of(5)]);
      await eventually(() => expect(seen).toEqual(["5", "5"]));
      expect(bench().warnings.join()).toContain("the store is away");
      await stop();
    });

    it("no longer arrive once stopped, and stopping does not wait for one", async () => {
      const stopped = readFrom(bench(), "run", "0");
      const startMs = Date.now();
      await stopped.stop();
      expect(Date.now() - startMs - withheldMs(startMs)).toBeLessThan(500);
      await appendAll(bench(), "run", numberedBytes(1));
      await readAll(bench(), "run", "0", 1);
      expect(stopped.entries).toEqual([]);
    });
  });
}
