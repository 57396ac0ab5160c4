import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueDelta, shuffled, wallDelta } from "./deltas.testing.ts";
import type { DueDelta, WallDelta } from "./delta.ts";
import { SecondAccumulator, WorkloadAccumulator } from "./secondAccumulator.ts";
import { runSecondSchema } from "./second.ts";

type Delta = { workload: number } & (
  { kind: "due"; delta: DueDelta } | { kind: "wall"; delta: WallDelta }
);

const workload = fc.nat({ max: 2 });
const delta: fc.Arbitrary<Delta> = fc.oneof(
  fc.record({ workload, kind: fc.constant("due" as const), delta: dueDelta }),
  fc.record({ workload, kind: fc.constant("wall" as const), delta: wallDelta }),
);
const deltas = fc.array(delta, { maxLength: 8 });
const picks = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });

function merge(list: readonly Delta[], into = new SecondAccumulator(7)): SecondAccumulator {
  for (const one of list) {
    const part = into.workload(one.workload);
    if (one.kind === "due") part.addDue(one.delta);
    else part.addWall(one.delta);
  }
  return into;
}

describe("merging a second", () => {
  test("gives the same record in any order", () => {
    fc.assert(
      fc.property(deltas, picks, (list, order) => {
        const wanted = merge(list).toRecord(3, true);
        expect(merge(shuffled(list, order)).toRecord(3, true)).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  test("gives the same record however the deltas are split over workers", () => {
    fc.assert(
      fc.property(deltas, fc.array(fc.nat({ max: 3 }), { minLength: 8 }), (list, owners) => {
        const wanted = merge(list).toRecord(1, false);
        const whole = new SecondAccumulator(7);
        for (let worker = 0; worker < 4; worker++) {
          const own = list.filter((_, i) => owners[i] === worker);
          // Each worker's part travels as a record of its own.
          for (const part of merge(own).toRecord(1, false).workloads) {
            whole.workload(part.workload).addSecond(part);
          }
        }
        expect(whole.toRecord(1, false)).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  test("goes on from a stored record as if it had never been stored", () => {
    fc.assert(
      fc.property(deltas, deltas, (first, then) => {
        const stored = merge(first).toRecord(1, false);
        const loaded = merge(then, SecondAccumulator.of(stored));
        expect(loaded.toRecord(2, true)).toEqual(merge([...first, ...then]).toRecord(2, true));
      }),
      { numRuns: 40 },
    );
  });

  test("a record is what the schema of stored seconds says, and does not change afterwards", () => {
    fc.assert(
      fc.property(deltas, deltas, (list, later) => {
        const accumulator = merge(list);
        const record = accumulator.toRecord(1, false);
        const copy = structuredClone(record);
        expect(runSecondSchema.parse(record)).toEqual(record);
        merge(later, accumulator);
        expect(record).toEqual(copy);
      }),
      { numRuns: 20 },
    );
  });

  test("the latest health of a worker holds", () => {
    const health = { second: 7, cpu: 0.5, rssBytes: 1, mbps: 2, lagMs: 3 };
    const accumulator = new SecondAccumulator(7);
    accumulator.workers["w1"] = health;
    accumulator.workers["w1"] = { ...health, cpu: 0.7 };
    expect(accumulator.toRecord(1, false).workers).toEqual({ w1: { ...health, cpu: 0.7 } });
    const again = SecondAccumulator.of(accumulator.toRecord(1, false));
    expect(again.toRecord(1, false).workers["w1"]?.cpu).toBe(0.7);
  });
});

test("lost arrivals are kept through store and merge", () => {
  const part = new WorkloadAccumulator();
  part.lost = 5;
  const whole = new WorkloadAccumulator();
  whole.addSecond(part.toSecond(0));
  whole.addSecond(part.toSecond(0));
  expect(whole.lost).toBe(10);
});

test("any name is counted as itself, also what every object has", () => {
  const accumulator = new WorkloadAccumulator();
  const names = ["constructor", "toString", "hasOwnProperty"];
  const counts = Object.fromEntries(names.map((name) => [name, 1]));
  const checks = Object.fromEntries(names.map((name) => [name, { passed: 1, failed: 2 }]));
  const none = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };
  const nothing = new Uint8Array(0);
  const maps = { statusCodes: {}, errors: counts, outcomes: counts, checks, phases: {} };
  const step = { step: 0, ...none, ...maps, response: nothing, service: nothing };
  const due = { started: 0, ...none, iterationDuration: nothing, steps: [step] };
  for (let i = 0; i < 2; i++) accumulator.addDue({ ...due, dropped: counts });
  const second = accumulator.toSecond(0);
  for (const name of names) {
    expect(second.dropped[name]).toBe(2);
    expect(second.steps[0]?.errors[name]).toBe(2);
    expect(second.steps[0]?.checks[name]).toEqual({ passed: 2, failed: 4 });
  }
});
