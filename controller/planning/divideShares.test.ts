import * as fc from "fast-check";
import { expect, test } from "vitest";
import { divideShares } from "./divideShares.ts";

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const amounts = (min: number) => fc.integer({ min, max: 10_000 });

test.each<[string, number[], number[], number[][]]>([
  ["one among equals, in equal parts", [60], [30, 30, 30], [[20, 20, 20]]],
  ["one to whoever has least", [60], [90, 30, 30], [[0, 30, 30]]],
  [
    "several whole, one each, where that is even",
    [50, 50],
    [10, 10],
    [
      [50, 0],
      [0, 50],
    ],
  ],
  [
    "the smallest whole beside parts of the others",
    [90, 10],
    [0, 0],
    [
      [50, 40],
      [0, 10],
    ],
  ],
  ["all to the only one", [30, 20], [7], [[30], [20]]],
  ["nothing to nobody", [0], [5, 5], [[0, 0]]],
])("what is left is given: %s", (_how, loads, carried, parts) => {
  expect(divideShares(loads, carried)).toEqual(parts);
});

test("shares stay whole in sum, parts stay few, and nobody carries more than a few per cent more", () => {
  fc.assert(
    fc.property(
      fc.array(amounts(1), { minLength: 1, maxLength: 30 }),
      fc.array(amounts(0), { minLength: 1, maxLength: 30 }),
      (loads, carried) => {
        const parts = divideShares(loads, carried);
        loads.forEach((load, i) => expect(sum(parts[i] ?? [])).toBeCloseTo(load, 6));
        const given = parts.flat().filter((part) => part > 0);
        expect(given.length).toBeLessThanOrEqual(loads.length + carried.length - 1);
        const after = carried.map((one, k) => one + sum(parts.map((part) => part[k] ?? 0)));
        // Who carried more than an even part before gets nothing.
        const filled = after.filter((_, k) => parts.some((part) => (part[k] ?? 0) > 0));
        const level = sum(filled) / filled.length;
        for (const one of filled) expect(one / level).toBeLessThan(1.05);
        for (const one of after) expect(one / level).toBeGreaterThan(0.95);
      },
    ),
  );
});

test("of a thousand workers that carry the same, one that dies is carried on by a few dozen", () => {
  const carried = Array.from({ length: 999 }, () => 3_600);
  const [parts = []] = divideShares([3_600], carried);
  const given = parts.filter((part) => part > 0);
  expect(given.length).toBeLessThan(50);
  expect(sum(given)).toBeCloseTo(3_600, 6);
  for (const part of given) expect(part).toBeLessThan(0.05 * 3_600);
});
