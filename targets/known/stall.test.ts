import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fixedDelay } from "./behaviours.ts";
import type { Behaviour } from "./behaviours.ts";
import { Stall } from "./stall.ts";

// The clock of these tests moves only when told.
beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Answer times of arrivals at the given times; a stall from 100 after the first one to 150. */
function answerTimes(arrivals: readonly (readonly [number, number])[], delayMs: number) {
  const stall = new Stall(100, 50);
  const startMs = performance.now();
  const answered: number[] = [];
  const answer: Behaviour = () => answered.push(performance.now() - startMs);
  const behaviour = stall.startedBy(stall.hold(fixedDelay(delayMs, stall.hold(answer))));
  for (const [arrivalNumber, atMs] of arrivals) {
    vi.advanceTimersByTime(startMs + atMs - performance.now());
    behaviour(arrivalNumber, {} as IncomingMessage, {} as ServerResponse, { killed: 0 });
  }
  vi.advanceTimersByTime(10_000);
  return answered;
}

describe("a stall of 50 ms, 100 ms after the first arrival", () => {
  test.each([
    ["ends before it", 79, 99],
    ["ends as it begins: held to its end", 80, 150],
    ["ends in it: held to its end", 99, 150],
    ["begins in it: held to its end, then delayed", 100, 170],
    ["begins late in it: held to its end, then delayed", 149, 170],
    ["begins at its end", 150, 170],
    ["begins long after it: there is no second one", 3_205, 3_225],
  ])("an answer of 20 ms that %s", (_claim, arrivedMs, answeredMs) => {
    expect(
      answerTimes(
        [
          [0, 0],
          [1, arrivedMs],
        ],
        20,
      ),
    ).toEqual([20, answeredMs]);
  });

  test("comes once more after a reset, counted from its first arrival", () => {
    const arrivals = [0, 120, 500, 620].map((atMs, n) => [n % 2, atMs] as const);
    expect(answerTimes(arrivals, 0)).toEqual([0, 150, 500, 650]);
  });

  test("an arrival from before a reset is held by the stall after it", () => {
    const arrivals = [
      [0, 0],
      [1, 200],
      [0, 210],
    ] as const;
    expect(answerTimes(arrivals, 120)).toEqual([150, 360, 360]);
  });
});
