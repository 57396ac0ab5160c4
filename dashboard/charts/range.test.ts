import { describe, expect, test } from "vitest";
import { dragSpan, type Range, resolveRange } from "./range.ts";

describe("the part of a run that charts show", () => {
  test.each<[string, Range, number, number, [number, number]]>([
    ["an empty run has an axis", { kind: "all" }, -1, 120, [0, 30]],
    ["a short run fills its axis", { kind: "all" }, 4, 10, [0, 10]],
    ["all grows with the run", { kind: "all" }, 90, 120, [0, 90]],
    [
      "the last minute follows the newest second",
      { kind: "last", seconds: 60 },
      200,
      300,
      [140, 200],
    ],
    [
      "the last minute of a younger run starts at 0",
      { kind: "last", seconds: 60 },
      40,
      300,
      [0, 40],
    ],
    ["a zoom stands still", { kind: "span", from: 10, to: 20 }, 200, 300, [10, 20]],
  ])("%s", (_, range, last, planned, [from, to]) => {
    expect(resolveRange(range, last, planned)).toEqual({ from, to });
  });

  test("dragging backwards is the same; a click is no zoom", () => {
    expect(dragSpan(30, 10)).toEqual({ from: 10, to: 30 });
    expect(dragSpan(10, 11)).toBeUndefined();
  });
});
