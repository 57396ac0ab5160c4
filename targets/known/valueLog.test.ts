import { expect, test } from "vitest";
import { ValueLog } from "./valueLog.ts";

const read = (log: ValueLog, entries: number) => {
  const bytes = log.toBytes(entries);
  return Array.from({ length: entries }, (_, n) => bytes.readDoubleLE(n * 8));
};

test("keeps the value of each arrival, NaN for one without", () => {
  const log = new ValueLog(100);
  log.set(2, 50_000);
  log.set(0, 1.5);
  expect(read(log, 4)).toEqual([1.5, Number.NaN, 50_000, Number.NaN]);
});

test("keeps many, and no more than its limit", () => {
  const log = new ValueLog(70_001);
  log.set(65_536, 1);
  log.set(70_000, 2);
  log.set(70_001, 3);
  const values = read(log, 70_001);
  expect([values[65_535], values[65_536], values[70_000]]).toEqual([Number.NaN, 1, 2]);
});

test("of nothing is nothing", () => {
  expect(new ValueLog(5).toBytes(0)).toHaveLength(0);
});
