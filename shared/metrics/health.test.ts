import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Health, healthSchema } from "./delta.ts";
import { isLow, mergeHealth, scarcer } from "./health.ts";

const amount = fc.nat({ max: 1_000 });
const headRoom = fc.record({ left: amount, limit: fc.integer({ min: 1, max: 1_000 }) });
const maybe = fc.option(headRoom, { nil: null });
const always = {
  ...{ cpu: fc.double({ min: 0, max: 1, noNaN: true }), rssBytes: amount, mbps: amount },
  lagMs: amount,
};
const health: fc.Arbitrary<Health> = fc.record(
  {
    ...{ second: fc.constant(7), ...always, processCpu: amount, latenessP99Ms: amount },
    ...{ inFlight: amount, connections: amount, gcMs: amount, gcMaxMs: amount },
    ...{ ports: maybe, files: maybe },
  },
  { requiredKeys: ["second", "cpu", "rssBytes", "mbps", "lagMs"] },
);

test("reports of a second merge the same in any order, and any number of times", () => {
  fc.assert(
    fc.property(health, health, health, (a, b, c) => {
      expect(mergeHealth(a, b)).toEqual(mergeHealth(b, a));
      expect(mergeHealth(a, a)).toEqual(a);
      expect(mergeHealth(mergeHealth(a, b), c)).toEqual(mergeHealth(a, mergeHealth(b, c)));
      expect(healthSchema.parse(mergeHealth(a, b))).toEqual(mergeHealth(a, b));
    }),
  );
});

test("what was stored before there was more to tell is still health", () => {
  const old = { second: 1, cpu: 0.5, rssBytes: 1, mbps: 2, lagMs: 3 };
  expect(healthSchema.parse(old)).toEqual(old);
  expect(mergeHealth(old, old)).toEqual(old);
});

test.each<[number, number, boolean]>([
  [49, 1_000, true],
  [50, 1_000, false],
  [0, 1, true],
  [1_000, 1_000, false],
])("%d of %d left is low: %s", (left, limit, low) => expect(isLow({ left, limit })).toBe(low));

test("of two limits the one that is nearer its end counts", () => {
  const [wide, narrow] = [
    { left: 60, limit: 1_000 },
    { left: 50, limit: 100 },
  ];
  expect(scarcer(wide, narrow)).toBe(wide);
  expect(scarcer(null, narrow)).toBe(narrow);
  expect(scarcer(undefined, null)).toBe(null);
});
