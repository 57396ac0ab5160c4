import { expect, test } from "vitest";
import { growthPercent } from "./memoryGrowth.ts";

const seconds = (length: number, mb: (second: number) => number) =>
  Array.from({ length }, (_, second) => mb(second));

test("what goes up and down within a minute is no growth", () => {
  expect(growthPercent(seconds(240, (second) => 400 + (second % 60)))).toBe(0);
});

test("growth is that of the last minute's mean over the first one's", () => {
  expect(growthPercent(seconds(240, (second) => 100 + Math.floor(second / 60)))).toBe(3);
});

test("two minutes are too few to tell", () => {
  expect(growthPercent(seconds(179, (second) => second))).toBeUndefined();
});
