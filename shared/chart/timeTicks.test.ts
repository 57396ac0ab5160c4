import { expect, test } from "vitest";
import { timeTicks } from "./timeTicks.ts";

test.each([
  [0, 30, 7, [0, 5, 10, 15, 20, 25, 30]],
  [0, 120, 7, [0, 30, 60, 90, 120]],
  [33, 61, 5, [40, 50, 60]],
  [0, 7 * 86_400, 8, [0, 1, 2, 3, 4, 5, 6, 7].map((day) => day * 86_400)],
  [0, 0, 5, [0]],
])("from %d s to %d s, at most %d", (from, to, most, ticks) => {
  expect(timeTicks(from, to, most)).toEqual(ticks);
});
