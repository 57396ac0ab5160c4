import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MachineWitness } from "./machineWitness.ts";

let workMs = 0;
let witness: MachineWitness;
let startMs: number;
beforeEach(() => {
  vi.useFakeTimers();
  workMs = 0;
  startMs = Date.now();
  witness = new MachineWitness(() => workMs);
  witness.start();
});
afterEach(() => {
  witness.stop();
  vi.useRealTimers();
});

/** The clock goes on, and no timer is served. */
const standStill = (forMs: number) => void vi.setSystemTime(Date.now() + forMs);
const seen = (untilMs = Date.now(), atLeastMs?: number) =>
  witness
    .between(startMs, untilMs, atLeastMs)
    .map((one) => [one.fromMs - startMs, one.untilMs - startMs]);

test("who is served in time has seen nothing", () => {
  vi.advanceTimersByTime(10_000);
  expect(seen()).toEqual([]);
  expect(witness.withheldMs(startMs, Date.now())).toBe(0);
});

test("a standstill lasts from the last timer that was served to the next one", () => {
  vi.advanceTimersByTime(1_000);
  standStill(500);
  vi.advanceTimersByTime(1_000);
  expect(seen()).toEqual([[1_000, 1_520]]);
});

test("a short delay is none", () => {
  standStill(79);
  vi.advanceTimersByTime(1_000);
  expect(seen()).toEqual([]);
  standStill(80);
  vi.advanceTimersByTime(1_000);
  expect(seen()).toHaveLength(1);
});

test("what the thread was at work itself is not the machine's", () => {
  standStill(2_000);
  workMs += 2_000;
  vi.advanceTimersByTime(20);
  expect(seen()).toEqual([]);
  standStill(1_000);
  workMs += 300;
  vi.advanceTimersByTime(20);
  expect(witness.withheldMs(startMs, Date.now())).toBe(720);
});

test("one that is just over is seen before its timer is served", () => {
  standStill(300);
  expect(seen()).toEqual([[0, 300]]);
});

test("only what lies in the time that is asked for counts, and only as long as is asked for", () => {
  standStill(380);
  vi.advanceTimersByTime(600);
  standStill(980);
  vi.advanceTimersByTime(20);
  expect(seen(startMs + 1_100)).toEqual([
    [0, 400],
    [980, 1_100],
  ]);
  expect(seen(startMs + 1_100, 800)).toEqual([[980, 1_100]]);
  expect(witness.withheldMs(startMs + 300, startMs + 1_000)).toBe(120);
  expect(witness.withheldMs(startMs + 400, startMs + 980)).toBe(0);
});

test("who was stopped sees no more", () => {
  witness.stop();
  expect(vi.getTimerCount()).toBe(0);
});
