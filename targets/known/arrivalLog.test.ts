import { describe, expect, test } from "vitest";
import { ArrivalLog } from "./arrivalLog.ts";

function logOf(times: readonly number[], maxEntries = 1_000_000): ArrivalLog {
  const log = new ArrivalLog(maxEntries);
  for (const time of times) log.add(time);
  return log;
}

function decode(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8));
}

describe("ArrivalLog", () => {
  test("an empty log has no bytes and no seconds", () => {
    const log = logOf([]);
    expect(log.toBytes()).toHaveLength(0);
    expect(log.perSecond(0)).toEqual({ before: 0, perSecond: [] });
  });

  test("numbers arrivals from 0, also beyond its bound", () => {
    const log = new ArrivalLog(2);
    expect([5, 6, 7, 8].map((time) => log.add(time))).toEqual([0, 1, 2, 3]);
  });

  test.each([1, 65_535, 65_536, 65_537, 200_000])("gives back %d times bit for bit", (length) => {
    const times = Array.from({ length }, (_, n) => 1_790_000_000_000_000.25 + n * 3.5);
    expect(decode(logOf(times).toBytes())).toEqual(times);
  });

  test.each([
    [0, 3],
    [1, 3],
    [3, 3],
    [65_536, 65_540],
    [100_000, 70_000],
  ])("bound %d keeps the first of %d arrivals and counts the rest", (maxEntries, arrivals) => {
    const times = Array.from({ length: arrivals }, (_, n) => n);
    const log = logOf(times, maxEntries);
    expect(log.received).toBe(arrivals);
    expect(log.logged + log.dropped).toBe(arrivals);
    expect(decode(log.toBytes())).toEqual(times.slice(0, maxEntries));
  });

  test("the bytes are a copy that later arrivals do not change", () => {
    const log = logOf([1, 2]);
    const bytes = log.toBytes();
    log.add(3);
    expect(decode(bytes)).toEqual([1, 2]);
  });

  test("counts by second from the origin, whole seconds starting the next one", () => {
    const log = logOf([9_999_999, 10_000_000, 10_999_999.75, 11_000_000, 14_500_000]);
    expect(log.perSecond(10_000_000)).toEqual({
      before: 1,
      perSecond: [
        { second: 0, count: 2 },
        { second: 1, count: 1 },
        { second: 4, count: 1 },
      ],
    });
  });

  test("before and the seconds add up to what is logged, for any origin", () => {
    const log = logOf(
      Array.from({ length: 1_000 }, (_, n) => n * 7_919),
      900,
    );
    for (const originUs of [-5e6, 0, 1, 3_333_333.5, 7e6, 1e15]) {
      const { before, perSecond } = log.perSecond(originUs);
      expect(perSecond.reduce((sum, { count }) => sum + count, before)).toBe(900);
    }
  });
});
