import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunUnderTest } from "@onrush/shared/run/runs.testing.ts";
import { RunTurns } from "./runTurns.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("ticks that could not begin are one tick when they can", () => {
  const posted: (() => Promise<void>)[] = [];
  const turns = new RunTurns();
  let ticks = 0;
  turns.start(
    (job) => void posted.push(job),
    async () => void ticks++,
  );
  vi.advanceTimersByTime(10_000);
  expect([posted.length, ticks]).toEqual([1, 0]);
  void posted[0]?.();
  vi.advanceTimersByTime(10_000);
  expect([posted.length, ticks]).toEqual([2, 1]);
  turns.stop();
  void posted[1]?.();
  vi.advanceTimersByTime(10_000);
  expect([posted.length, ticks]).toEqual([2, 2]);
});

test("after a standstill the run is told that somebody reads again, once", () => {
  const turns = new RunTurns();
  const before = new RunUnderTest().state;
  const after = (nowMs: number) => turns.turn(before, nowMs, false).awayUntilMs;
  const atMs = [5_000, 5_250, 7_250, 10_000, 10_250];
  expect(atMs.map(after)).toEqual([undefined, undefined, undefined, 10_000, undefined]);
});

test("and with every turn while there is nobody to be heard", () => {
  const turns = new RunTurns();
  const before = new RunUnderTest().state;
  const away = (nowMs: number, isBlind: boolean) => turns.turn(before, nowMs, isBlind).awayUntilMs;
  expect([away(5_000, false), away(5_250, true), away(5_500, true), away(5_750, false)]).toEqual([
    ...[undefined, 5_250, 5_500, undefined],
  ]);
});
