import { expect, test } from "vitest";
import { lonePoints } from "./lonePoints.ts";

test("a point is alone between gaps and at the ends, not beside another point", () => {
  const rows = [5, null, 0, null, 7, 8, null, 9].map((p50, at) => ({ at, p50 }));
  expect([...lonePoints(rows, "p50")]).toEqual([0, 2, 7]);
  expect(lonePoints(rows, "p95").size).toBe(0);
});
