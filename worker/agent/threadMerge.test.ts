import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueDelta, wallDelta } from "@onrush/shared/metrics/deltas.testing.ts";
import { SecondAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import type { RunnerReport } from "../engine/shareRunner.ts";
import { noThreadHealth } from "../health/threadHealth.ts";
import { ThreadMerge } from "./threadMerge.ts";

const health = { ...noThreadHealth(), cpu: 0.5, lagP99Us: 1_000 };

const report = (watermark: number, change: Partial<RunnerReport> = {}): RunnerReport => ({
  ...{ watermark, due: [], wall: [], totals: null },
  ...change,
});

const totals = (n: number): ShareTotals => {
  const outcomes = { ok: n, failed: 1, neutral: 0, interrupted: 2 };
  return {
    ...{ scheduled: 10 * n, started: 9 * n, dropped: { late: n }, endedMs: 1_000 * n },
    ...{ iterations: outcomes, requests: { sent: n, ...outcomes } },
  };
};

describe("merging threads", () => {
  test("a single thread's reports pass as they are", () => {
    const merge = new ThreadMerge(1);
    expect(merge.add(0, report(0), health)).toEqual(report(0));
    expect(merge.add(0, report(3, { totals: totals(2) }), health)).toEqual(
      report(3, { totals: totals(2) }),
    );
  });

  test("a second is passed on when the slowest thread has reported it", () => {
    const merge = new ThreadMerge(3);
    expect(merge.add(0, report(2), health)).toBeUndefined();
    expect(merge.add(1, report(0), health)).toBeUndefined();
    expect(merge.add(2, report(1), health)?.watermark).toBe(0);
    expect(merge.add(2, report(3), health)).toBeUndefined();
    expect(merge.add(1, report(5), health)?.watermark).toBe(2);
  });

  test("a thread that is over holds nothing up", () => {
    const merge = new ThreadMerge(2);
    expect(merge.add(0, report(0, { totals: totals(1) }), health)).toBeUndefined();
    expect(merge.add(1, report(4), health)).toMatchObject({ watermark: 4, totals: null });
  });

  test("the last thread's end gives the sum of all totals", () => {
    const merge = new ThreadMerge(2);
    merge.add(0, report(2, { totals: totals(1) }), health);
    const last = merge.add(1, report(3, { totals: totals(2) }), health);
    expect(last?.totals).toEqual({
      ...{ scheduled: 30, started: 27, dropped: { late: 3 }, endedMs: 2_000 },
      iterations: { ok: 3, failed: 2, neutral: 0, interrupted: 4 },
      requests: { sent: 3, ok: 3, failed: 2, neutral: 0, interrupted: 4 },
    });
  });

  test("health: CPU of all threads over their cores, the worst lag, never negative", () => {
    const merge = new ThreadMerge(2);
    expect(merge.health()).toMatchObject({ cpu: 0, lagMs: 0 });
    merge.add(0, report(0), { ...health, cpu: 0.9, lagP99Us: 500 });
    merge.add(1, report(0), { ...health, cpu: 0.3, lagP99Us: 4_000 });
    expect(merge.health().cpu).toBeCloseTo(0.6, 9);
    expect(merge.health().lagMs).toBe(4);
  });
});

/** Each thread's reports: the watermark rises, nothing lies beyond it but in the last. */
const thread = fc.array(
  fc.record({
    step: fc.integer({ min: 1, max: 3 }),
    due: fc.array(dueDelta, { maxLength: 2 }),
    wall: fc.array(wallDelta, { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 3 },
);

test("nothing beyond the lowest watermark is passed on, and in the end everything is", () => {
  fc.assert(
    fc.property(
      fc.array(thread, { minLength: 1, maxLength: 3 }),
      fc.infiniteStream(fc.nat()),
      (threads, picks) => {
        const merge = new ThreadMerge(threads.length);
        const watermarks = threads.map(() => -1);
        const [wanted, got] = [0, 1].map(() => new Map<number, SecondAccumulator>());
        const at = (all: Map<number, SecondAccumulator> | undefined, second: number) => {
          const known = all?.get(second) ?? new SecondAccumulator(second);
          all?.set(second, known);
          return known.workload(0);
        };
        const queues = threads.map((parts) =>
          parts.map((part, i) => {
            const end = i === parts.length - 1;
            return { ...part, end };
          }),
        );
        let last = -1;
        while (queues.some((queue) => queue.length > 0)) {
          const open = queues.flatMap((queue, i) => (queue.length > 0 ? [i] : []));
          const index = open[(picks.next().value ?? 0) % open.length] as number;
          const next = queues[index]?.shift();
          if (next === undefined) continue;
          const watermark = (watermarks[index] as number) + next.step;
          watermarks[index] = next.end ? Infinity : watermark;
          const fits = <T extends { second: number }>(delta: T): T => ({
            ...delta,
            second: next.end ? delta.second : Math.min(delta.second, watermark),
          });
          const [due, wall] = [next.due.map(fits), next.wall.map(fits)];
          for (const delta of due) at(wanted, delta.second).addDue(delta);
          for (const delta of wall) at(wanted, delta.second).addWall(delta);
          const merged = merge.add(
            index,
            report(watermark, { due, wall, totals: next.end ? totals(1) : null }),
            health,
          );
          const lowest = Math.min(...watermarks);
          expect(merged === undefined).toBe(lowest <= last);
          if (merged === undefined) continue;
          last = lowest;
          expect(merged.totals !== null).toBe(lowest === Infinity);
          if (lowest !== Infinity) expect(merged.watermark).toBe(lowest);
          for (const kind of [merged.due, merged.wall]) {
            const seconds = kind.map((delta) => delta.second);
            expect(new Set(seconds).size).toBe(seconds.length);
            expect(Math.max(-1, ...seconds)).toBeLessThanOrEqual(lowest);
          }
          for (const delta of merged.due) at(got, delta.second).addDue(delta);
          for (const delta of merged.wall) at(got, delta.second).addWall(delta);
        }
        const records = (all: Map<number, SecondAccumulator> | undefined) =>
          [...(all ?? [])].sort(([a], [b]) => a - b).map(([, s]) => s.toRecord(1, false));
        // Merged due parts carry empty steps of the wall side and the other way round: no matter.
        expect(records(got)).toEqual(records(wanted));
      },
    ),
    { numRuns: 60 },
  );
});
