import { expect, test } from "vitest";
import { highest, valueTicks } from "./valueTicks.ts";

test.each([
  [0, [0, 1]],
  [1, [0, 0.25, 0.5, 0.75, 1]],
  [2_600, [0, 1_000, 2_000, 3_000]],
  [450, [0, 200, 400, 600]],
  [100, [0, 25, 50, 75, 100]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [8.2, [0, 2.5, 5, 7.5, 10]],
])("ticks up to %d are round", (top, ticks) => expect(valueTicks(top)).toEqual(ticks));

const series = (shape: "line" | "stack") =>
  ["a", "b"].map((key) => ({ key, label: key, color: "", shape }));

test("a stack is as high as its parts together", () => {
  const rows = [{ at: 0, a: 3, b: 4 }];
  expect(highest(rows, series("stack"))).toBe(7);
  expect(highest(rows, series("line"))).toBe(4);
});
