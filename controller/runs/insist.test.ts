import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { insist, type InsistOptions } from "./insist.ts";

// Pauses of this module see no fake timers.
vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((resolve) => globalThis.setTimeout(resolve, ms)),
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE_MS = 60_000;

/** Work that fails for so long, and what comes of insisting on it. */
function insisted(failsForMs: number, change: Partial<InsistOptions> = {}) {
  const sinceMs = performance.now();
  const came = { failures: 0, givenUp: 0, isOver: false, isDone: false };
  const work = async () => {
    if (performance.now() - sinceMs < failsForMs) throw new Error("the store is away");
    came.isDone = true;
  };
  void insist(work, {
    isWanted: () => true,
    mayGiveUp: () => false,
    onFailure: () => void came.failures++,
    onGivenUp: () => void came.givenUp++,
    ...change,
  }).then(() => (came.isOver = true));
  return came;
}

test("what nobody else would find is done when it can be, however long that takes", async () => {
  const came = insisted(10 * MINUTE_MS);
  await vi.advanceTimersByTimeAsync(9 * MINUTE_MS);
  expect(came).toMatchObject({ isDone: false, isOver: false, givenUp: 0 });
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(came).toEqual({ failures: 5, givenUp: 0, isOver: true, isDone: true });
});

test("what may be given up is, after two minutes", async () => {
  const came = insisted(10 * MINUTE_MS, { mayGiveUp: () => true });
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(came).toEqual({ failures: 1, givenUp: 1, isOver: true, isDone: false });
});

test("and at once when it may be only later", async () => {
  let hasEnded = false;
  const came = insisted(10 * MINUTE_MS, { mayGiveUp: () => hasEnded });
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(came.isOver).toBe(false);
  hasEnded = true;
  await vi.advanceTimersByTimeAsync(500);
  expect(came).toMatchObject({ givenUp: 1, isOver: true });
});

test("what is not wanted any more is tried no more", async () => {
  const came = insisted(10 * MINUTE_MS, { isWanted: () => false });
  await vi.advanceTimersByTimeAsync(500);
  expect(came).toEqual({ failures: 0, givenUp: 0, isOver: true, isDone: false });
});
