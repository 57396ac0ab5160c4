import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { expectAllStarted, reasonsBesidesTheMachine, withheldMs } from "./standstills.ts";

let hoursAgo = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  // Each test has an hour of its own, which begins with a look of the witness.
  hoursAgo += 1;
  vi.setSystemTime(Date.now() - hoursAgo * 3_600_000);
  withheldMs(Date.now());
});
afterEach(() => void vi.useRealTimers());

/** The clock goes on, and this process with it has not. */
const standStill = (forMs: number) => void vi.setSystemTime(Date.now() + forMs);

const REASON = "the generator dropped 80 arrivals (40 %) by its own fault";

/** Of 200 arrivals in 2 s that end now. */
function runThat(droppedBy: Record<string, number>): RunView {
  const dropped = Object.values(droppedBy).reduce((sum, some) => sum + some, 0);
  const [startedAt, endedAt] = [Date.now() - 2_000, Date.now()].map((ms) =>
    new Date(ms).toISOString(),
  );
  return {
    ...{ startedAt, endedAt, summary: { durationSeconds: 2 } },
    ledger: { scheduled: 200, started: 200 - dropped, dropped, lost: 0, droppedBy },
    verdict: { reasons: [REASON] },
  } as unknown as RunView;
}

test("without a standstill every arrival has to be started, and no reason is excused", () => {
  expectAllStarted(runThat({}), 200);
  expect(() => expectAllStarted(runThat({ late: 1 }), 200)).toThrow();
  expect(reasonsBesidesTheMachine(runThat({ late: 1 }))).toEqual([REASON]);
});

test("a short standstill excuses no drop", () => {
  standStill(700);
  expect(() => expectAllStarted(runThat({ late: 1 }), 200)).toThrow();
  expect(reasonsBesidesTheMachine(runThat({ late: 1 }))).toEqual([REASON]);
});

test("a long one excuses what it withheld: for its reasons, and no more than was due meanwhile", () => {
  standStill(1_000);
  expectAllStarted(runThat({ late: 50, lease: 30 }), 200);
  expect(reasonsBesidesTheMachine(runThat({ late: 80 }))).toEqual([]);
  expect(() => expectAllStarted(runThat({ inFlightLimit: 1 }), 200)).toThrow();
  expect(() => expectAllStarted(runThat({ late: 160 }), 200)).toThrow();
});

test("one that was over before the load excuses nothing of it", () => {
  standStill(1_000);
  vi.setSystemTime(Date.now() + 50);
  const later = runThat({ late: 1 });
  later.startedAt = new Date(Date.now() + 600).toISOString();
  later.endedAt = new Date(Date.now() + 2_600).toISOString();
  expect(() => expectAllStarted(later, 200)).toThrow();
});
