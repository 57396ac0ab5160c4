import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArrivalSchedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { curves, flat } from "@onrush/shared/schedule/curves.testing.ts";
import { Ownership } from "@onrush/shared/schedule/ownership.ts";
import { ArrivalCursor } from "./arrivalCursor.ts";

const own = (parts: number, index: number, threads = 1, thread = 0) =>
  new Ownership([
    { offset: 0, weights: parts, index },
    { offset: 0, weights: threads, index: thread },
  ]);

function walk(cursor: ArrivalCursor): [arrival: number, dueUs: number][] {
  const walked: [number, number][] = [];
  while (cursor.nextDueUs !== Infinity) {
    walked.push([cursor.nextArrival, cursor.nextDueUs]);
    cursor.advance();
  }
  return walked;
}

describe("a cursor", () => {
  test("walks its own arrivals at their due times from the start of the run", () => {
    const cursor = new ArrivalCursor(new ArrivalSchedule(flat(4, 2)), own(3, 1), 5e6);
    expect(cursor.total).toBe(3);
    expect(walk(cursor)).toEqual([
      [1, 5_250_000],
      [4, 6_000_000],
      [7, 6_750_000],
    ]);
  });

  test("counts what it has passed and stays at its end", () => {
    const cursor = new ArrivalCursor(new ArrivalSchedule(flat(1, 2)), own(1, 0), 0);
    walk(cursor);
    expect([cursor.position, cursor.nextDueUs]).toEqual([2, Infinity]);
  });

  test.each<[string, number, number]>([
    ["of a workload without arrivals", 0, 1],
    ["of a part that gets none", 1, 5],
  ])("%s has nothing to do", (_name, rps, parts) => {
    const schedule = new ArrivalSchedule(flat(rps, 1));
    const cursor = new ArrivalCursor(schedule, own(parts, parts - 1), 0);
    expect([cursor.total, cursor.nextDueUs]).toEqual([0, Infinity]);
  });

  test("cursors of all threads of all workers walk every arrival exactly once, in order", () => {
    fc.assert(
      fc.property(
        curves({ maxMilliRps: 40_000, maxPieceMs: 3_000 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (curve, parts, threads) => {
          const schedule = new ArrivalSchedule(curve);
          const all: number[] = [];
          for (let part = 0; part < parts * threads; part++) {
            const ownership = own(parts, part % parts, threads, Math.floor(part / parts));
            let last = 0;
            for (const [arrival, dueUs] of walk(new ArrivalCursor(schedule, ownership, 1000))) {
              expect(dueUs).toBe(1000 + schedule.dueUs(arrival));
              expect(dueUs).toBeGreaterThanOrEqual(last);
              last = dueUs;
              all.push(arrival);
            }
          }
          all.sort((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: schedule.total }, (_, n) => n));
        },
      ),
      { numRuns: 50 },
    );
  });
});
