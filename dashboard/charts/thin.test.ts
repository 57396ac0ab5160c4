import { describe, expect, test } from "vitest";
import type { ChartRow } from "@onrush/shared/chart/rows.ts";
import { thinLines, thinStack } from "./thin.ts";

const rows = (count: number, value: (i: number) => number | null): ChartRow[] =>
  Array.from({ length: count }, (_, i) => ({ at: i, a: value(i), b: 1 }));

describe("thinning lines", () => {
  test("few rows stay as they are", () => {
    const few = rows(600, (i) => i);
    expect(thinLines(few, ["a", "b"])).toEqual(few);
  });

  test.each([601, 1_000, 86_400])("%d rows become at most 600, in order", (count) => {
    const thin = thinLines(
      rows(count, (i) => i % 7),
      ["a", "b"],
    );
    expect(thin.length).toBeLessThanOrEqual(600);
    const times = thin.map((row) => row.at);
    expect(times).toEqual([...times].sort((x, y) => x - y));
    expect(new Set(times).size).toBe(times.length);
  });

  test("one peak and one dip in a day are kept", () => {
    const day = rows(86_400, (i) => (i === 50_001 ? 999 : i === 50_002 ? -5 : 10));
    const values = thinLines(day, ["a"]).map((row) => row["a"]);
    expect(values).toContain(999);
    expect(values).toContain(-5);
    expect(values.indexOf(999)).toBeLessThan(values.indexOf(-5));
  });

  test("a gap longer than a bucket stays a gap", () => {
    const gap = rows(6_000, (i) => (i >= 1_000 && i < 1_100 ? null : 1));
    expect(thinLines(gap, ["a"]).some((row) => row["a"] === null)).toBe(true);
  });
});

test("thinning a stack keeps the highest moment whole", () => {
  const day = rows(86_400, (i) => (i === 40_000 ? 500 : 2));
  const thin = thinStack(day, ["a", "b"]);
  expect(thin.length).toBeLessThanOrEqual(600);
  expect(thin).toContainEqual({ at: 40_000, a: 500, b: 1 });
});
