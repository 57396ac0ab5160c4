import { expect, test } from "vitest";
import { HoldLog } from "./holdLog.ts";

const read = (log: HoldLog, entries: number) => {
  const bytes = log.toBytes(entries);
  return Array.from({ length: entries }, (_, n) => bytes.readDoubleLE(n * 8));
};

test("keeps how long each arrival was held, NaN where there was no answer", () => {
  const log = new HoldLog(100);
  log.set(2, 50_000);
  log.set(0, 1.5);
  expect(read(log, 4)).toEqual([1.5, Number.NaN, 50_000, Number.NaN]);
});

test("keeps many, and no more than its limit", () => {
  const log = new HoldLog(70_001);
  log.set(65_536, 1);
  log.set(70_000, 2);
  log.set(70_001, 3);
  const held = read(log, 70_001);
  expect([held[65_535], held[65_536], held[70_000]]).toEqual([Number.NaN, 1, 2]);
});

test("of nothing is nothing", () => {
  expect(new HoldLog(5).toBytes(0)).toHaveLength(0);
});
