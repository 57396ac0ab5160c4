import { describe, expect, test } from "vitest";
import type { WallDelta } from "@onrush/shared/metrics/delta.ts";
import { histogramOf } from "@onrush/shared/metrics/deltas.testing.ts";
import { mergeHealth } from "@onrush/shared/metrics/health.ts";
import { encodeSparse } from "@onrush/shared/metrics/sparseHistogram.ts";
import { mergeThreads } from "./threadsHealth.ts";
import { WorkerHealth } from "./workerHealth.ts";

const process = {
  sample: () => ({ rssBytes: 1_000, processCpu: 1.5, files: { left: 90, limit: 100 } }),
  ports: (used: number) => ({ left: 1_000 - used, limit: 1_000 }),
};
const threads = { ...mergeThreads([]), cpu: 0.5, lagMs: 1, gcMs: 3, gcMaxMs: 2, busiest: 40 };

function wall(second: number, change: Partial<WallDelta> = {}, bytes = 0): WallDelta {
  const traffic = { sent: 1, completed: 1, bytesSent: bytes, bytesReceived: 0 };
  const lateness = new Uint8Array(0);
  return {
    ...{
      second,
      inFlight: 0,
      users: 0,
      connections: 0,
      lateness,
      steps: [{ step: 0, ...traffic }],
    },
    ...change,
  };
}
const late = (...us: number[]) => ({ lateness: encodeSparse(histogramOf(us)) });

describe("the health of a worker", () => {
  test("adds up the shares that report the same second", () => {
    const health = new WorkerHealth(process);
    const a = { watermark: 3, wall: [wall(3, { inFlight: 2, connections: 5 }, 125_000)] };
    const b = { watermark: 3, wall: [wall(3, { inFlight: 7, connections: 9 }, 250_000)] };
    const [first] = health.add("run", a, threads, 0);
    const [second] = health.add("run", b, threads, 0);
    expect(first).toMatchObject({ second: 3, mbps: 1, inFlight: 2, connections: 5 });
    expect(second).toMatchObject({ second: 3, mbps: 3, inFlight: 9, connections: 14 });
    if (first === undefined || second === undefined) throw new Error("no health");
    // The reports may be read in any order.
    expect(mergeHealth(second, first)).toEqual(second);
    expect(mergeHealth(first, second)).toEqual(second);
  });

  test("takes the lateness p99 of all shares together", () => {
    const health = new WorkerHealth(process);
    const few = { watermark: 0, wall: [wall(0, late(9_000))] };
    const many = { watermark: 0, wall: [wall(0, late(...Array.from({ length: 200 }, () => 10)))] };
    expect(health.add("run", few, threads, 0)[0]?.latenessP99Ms).toBeCloseTo(9, 1);
    expect(health.add("run", many, threads, 0)[0]?.latenessP99Ms).toBe(0.01);
  });

  test("tells every second of a report, and one in which nothing happened", () => {
    const health = new WorkerHealth(process);
    const told = health.add("run", { watermark: 6, wall: [wall(4, {}, 1e6), wall(5)] }, threads, 0);
    expect(told.map(({ second, mbps }) => [second, mbps])).toEqual([
      [4, 8],
      [5, 0],
      [6, 0],
    ]);
  });

  test("keeps runs apart, and the process and threads as they are", () => {
    const health = new WorkerHealth(process);
    health.add("one", { watermark: 0, wall: [wall(0, { inFlight: 3 })] }, threads, 0);
    const other = health.add("two", { watermark: 0, wall: [wall(0, { inFlight: 1 })] }, threads, 0);
    expect(other).toEqual([
      {
        ...{ second: 0, cpu: 0.5, lagMs: 1, rssBytes: 1_000, processCpu: 1.5, mbps: 0 },
        ...{ latenessP99Ms: 0, inFlight: 1, connections: 0, gcMs: 3, gcMaxMs: 2 },
        ...{ ports: { left: 960, limit: 1_000 }, files: { left: 90, limit: 100 } },
      },
    ]);
  });

  test("forgets old seconds, so that a long run needs no more memory", () => {
    const health = new WorkerHealth(process);
    health.add("run", { watermark: 0, wall: [wall(0, { inFlight: 5 })] }, threads, 0);
    for (let second = 1; second < 50; second++) {
      health.add("run", { watermark: second, wall: [wall(second)] }, threads, 0);
    }
    const again = health.add("run", { watermark: 0, wall: [wall(0, { inFlight: 1 })] }, threads, 0);
    expect(again[0]?.inFlight).toBe(1);
  });

  test("at rest a heartbeat tells of the process alone", () => {
    const health = new WorkerHealth(process);
    health.add("run", { watermark: 0, wall: [wall(0, { inFlight: 5 })] }, threads, 0);
    expect(health.newest(0)).toMatchObject({ cpu: 0.5, inFlight: 5 });
    expect(health.newest(0)).not.toHaveProperty("second");
    health.rest();
    expect(health.newest(0)).toEqual({
      ...{ cpu: 0, mbps: 0, lagMs: 0, inFlight: 0, connections: 0, rssBytes: 1_000 },
      ...{ processCpu: 1.5, files: { left: 90, limit: 100 }, ports: { left: 1_000, limit: 1_000 } },
    });
  });
});
