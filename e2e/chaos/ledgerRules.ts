import { expect } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { Load } from "./scenarios.ts";
import type { TargetCounts } from "./targetLog.ts";
import {
  expectAllSent,
  mayDrop,
  reasonsBesidesTheMachine,
  withheldMs,
} from "../system/standstills.ts";
import { perSecond } from "./targetLog.ts";

/** Every scheduled arrival is started, dropped or lost; every started one has ended. */
export function expectBalanced({ ledger }: RunView, { rps, seconds }: Load): void {
  expect(ledger.scheduled).toBe(rps * seconds);
  expect(ledger.started + ledger.dropped + ledger.lost).toBe(ledger.scheduled);
  expect(ledger.ok + ledger.failed + ledger.neutral + ledger.interrupted).toBe(ledger.started);
}

/** No arrival came twice. */
export function expectNoDoubles(counts: TargetCounts): void {
  expect(counts.doubled).toEqual([]);
  expect(counts.doubles).toBe(0);
  expect(counts.droppedNumbers).toBe(0);
  expect(counts.distinctNumbers).toBe(counts.received);
}

/** The target saw what was started, perhaps what may have been sent, and nothing twice. */
export function expectNothingTwice({ ledger }: RunView, counts: TargetCounts): void {
  expectNoDoubles(counts);
  expect(counts.received).toBeGreaterThanOrEqual(ledger.started);
  expect(counts.received).toBeLessThanOrEqual(ledger.started + ledger.maybeSent);
}

/** Nothing was lost or dropped: the schedule, the ledger and the target's log are one. */
export function expectWhole(run: RunView, load: Load, counts: TargetCounts): void {
  expectBalanced(run, load);
  expectNothingTwice(run, counts);
  expectAllSent(run, load.rps * load.seconds, counts.received);
}

/** Each second of the load is there and accounts for all of its arrivals. */
export function expectEverySecond(views: readonly SecondView[], { rps, seconds }: Load): void {
  const planned = views.slice(0, seconds);
  expect(planned.map(({ second }) => second)).toEqual([...Array(seconds).keys()]);
  expect(planned.map(({ started, dropped, lost }) => started + dropped + lost)).toEqual(
    Array.from({ length: seconds }, () => rps),
  );
}

/** The seconds add up to the ledger. */
export function expectSecondsAddUp(views: readonly SecondView[], { ledger }: RunView): void {
  const sum = (pick: (view: SecondView) => number) =>
    views.reduce((total, view) => total + pick(view), 0);
  expect({
    started: sum(({ started }) => started),
    dropped: sum(({ dropped }) => dropped),
    lost: sum(({ lost }) => lost),
  }).toEqual({ started: ledger.started, dropped: ledger.dropped, lost: ledger.lost });
}

/** The rest a busy machine may shift from one second into the next. */
const OF_A_SECOND = 0.8;

/** Until the code of every process is compiled, a busy machine may be late. */
const SETTLED_SECOND = 2;

/**
 * By the target's own log, in each of `seconds` seconds from `fromMs` on at least `least` requests
 * came, but for those of the rate that a machine that stood still withheld.
 */
export function expectSteady(
  arrivalsMs: readonly number[],
  [fromMs, seconds]: readonly [fromMs: number, seconds: number],
  { least, rps }: { least: number; rps: number },
): void {
  const counts = perSecond(arrivalsMs, fromMs, seconds);
  const weak = counts.filter((count, second) => {
    const secondMs = fromMs + second * 1000;
    const withheld = (rps * withheldMs(secondMs, secondMs + 1000)) / 1000;
    return count + withheld < least;
  });
  expect(weak, `counts by second: ${counts.join(" ")}`).toEqual([]);
}

/** By the target's own log the load, once it had settled, never paused. */
export function expectNoPause(arrivalsMs: readonly number[], run: RunView, load: Load): void {
  const settledMs = Date.parse(run.startedAt ?? "") + SETTLED_SECOND * 1000;
  const { rps, seconds } = load;
  const time = [settledMs, seconds - SETTLED_SECOND] as const;
  expectSteady(arrivalsMs, time, { least: OF_A_SECOND * rps, rps });
}

/** What is due in a second and was started, or dropped as the machine stood still meanwhile. */
export function startedIn({ second, started, dropped }: SecondView, run: RunView): number {
  const dueMs = Date.parse(run.startedAt ?? "") + second * 1000;
  return started + (mayDrop(dueMs, dueMs + 1000) ? dropped : 0);
}

/** Load is whole again this long after it lost a worker. */
const AGAIN_AFTER_MS = 3_000;
/** The rest may come in the next second: that it is started is proven apart. */
const OF_FULL_RATE = 0.9;

/**
 * The full rate is back within 3 s: of what is due from then on everything is started, and by the
 * target's own log it comes without a pause.
 */
export function expectFullRateAgain(
  { views, arrivalsMs }: { views: readonly SecondView[]; arrivalsMs: readonly number[] },
  run: RunView,
  { rps, seconds }: Load,
  sinceMs: number,
): void {
  const startMs = Date.parse(run.startedAt ?? "");
  const againMs = sinceMs + AGAIN_AFTER_MS;
  const after = views.slice(Math.ceil((againMs - startMs) / 1000), seconds);
  expect(after.length).toBeGreaterThan(0);
  expect(after.map((view) => startedIn(view, run))).toEqual(after.map(() => rps));
  const wholeSeconds = Math.floor((startMs + seconds * 1000 - againMs) / 1000);
  expectSteady(arrivalsMs, [againMs, wholeSeconds], { least: OF_FULL_RATE * rps, rps });
}

/** More than this part of the arrivals lost makes a run worthless. */
export const MUCH_LOST = 0.1;

/**
 * The run went through to its end, and says of itself that something was lost, and nothing else: it
 * is SUSPECT as long as that was little.
 */
export function expectDoubted(run: RunView, lostWorkerIds: readonly string[]): void {
  const { ledger, verdict, events } = run;
  expect(run.state).toBe("COMPLETED");
  const reasons = reasonsBesidesTheMachine(run);
  expect(reasons).not.toEqual([]);
  for (const reason of reasons) expect(reason).toMatch(/lost/);
  const deserved = ledger.lost > MUCH_LOST * ledger.scheduled ? "INVALID" : "SUSPECT";
  if (reasons.length === verdict.reasons.length) expect(verdict.validity).toBe(deserved);
  else expect(verdict.validity).not.toBe("VALID");
  const told = events.map(({ text }) => text).join("\n");
  for (const workerId of lostWorkerIds) expect(told).toContain(workerId);
}

/** The run is as good as one in which nothing happened. */
export function expectValid(run: RunView): void {
  expect(run.state, JSON.stringify(run.events)).toBe("COMPLETED");
  expect(reasonsBesidesTheMachine(run)).toEqual([]);
  if (run.verdict.reasons.length === 0) expect(run.verdict.validity).toBe("VALID");
}
