import { expect, test } from "vitest";
import { GatewayStats } from "./gatewayStats.ts";

const secondsUs = (seconds: number) => seconds * 1_000_000;

test("counts arrivals by Unix second, ascending, also where the ring wraps", () => {
  const stats = new GatewayStats(0);
  for (const second of [7_199, 7_199.999999, 7_200, 7_203]) stats.arrived(secondsUs(second));
  expect(stats.toJson(secondsUs(7_204)).perSecond).toEqual([
    { second: 7_199, count: 2 },
    { second: 7_200, count: 1 },
    { second: 7_203, count: 1 },
  ]);
});

test("keeps the last 3600 seconds; received = their counts + olderCount", () => {
  const stats = new GatewayStats(0);
  for (let second = 10_000; second < 15_000; second += 1) {
    stats.arrived(secondsUs(second));
    stats.arrived(secondsUs(second));
  }
  const { perSecond, received, olderCount } = stats.toJson(secondsUs(14_999));
  expect(perSecond).toHaveLength(3_600);
  expect(perSecond[0]).toEqual({ second: 11_400, count: 2 });
  expect([received, olderCount]).toEqual([10_000, 2_800]);
});

test("seconds grow old without new arrivals", () => {
  const stats = new GatewayStats(0);
  stats.arrived(secondsUs(10_000));
  expect(stats.toJson(secondsUs(13_599)).perSecond).toHaveLength(1);
  expect(stats.toJson(secondsUs(13_600))).toMatchObject({ perSecond: [], olderCount: 1 });
});

test("each ending is counted under its own name", () => {
  const stats = new GatewayStats(1_000.4);
  stats.ended("accepted");
  stats.ended("accepted");
  stats.ended("noBalance");
  expect(stats.toJson(0)).toEqual({
    received: 0,
    accepted: 2,
    unauthorized: 0,
    invalid: 0,
    noBalance: 1,
    failed: 0,
    balanceReads: 0,
    aborted: 0,
    perSecond: [],
    olderCount: 0,
    startedAtUs: 1_000,
  });
});
