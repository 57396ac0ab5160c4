import { expect } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { Load } from "./scenarios.ts";
import type { TargetCounts } from "./targetLog.ts";
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
  expect(run.ledger).toMatchObject({ dropped: 0, lost: 0, started: load.rps * load.seconds });
  expect(counts.received).toBe(load.rps * load.seconds);
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

/** What a busy machine may shift from one second into the next. */
const OF_A_SECOND = 0.8;

/** Until the code of every process is compiled, a busy machine may be late. */
const SETTLED_SECOND = 2;

/** By the target's own log the load, once it had settled, never paused. */
export function expectNoPause(arrivalsMs: readonly number[], run: RunView, load: Load): void {
  const startMs = Date.parse(run.startedAt ?? "");
  const counts = perSecond(arrivalsMs, startMs, load.seconds);
  const settled = counts.slice(SETTLED_SECOND);
  const weak = settled.filter((count) => count < OF_A_SECOND * load.rps);
  expect(weak, `counts by second: ${counts.join(" ")}`).toEqual([]);
}

/**
 * By the target's own log the full rate is back within 3 s: of the seconds from `sinceMs` on, the
 * first three may be below `ofRate`, later ones not. Beside other tests a busy machine may shift
 * a little more from one second into the next.
 */
export function expectFullRateAgain(
  arrivalsMs: readonly number[],
  run: RunView,
  load: Load,
  sinceMs: number,
  ofRate = 0.9,
): void {
  const endMs = Date.parse(run.startedAt ?? "") + load.seconds * 1000;
  const whole = Math.floor((endMs - sinceMs) / 1000);
  const counts = perSecond(arrivalsMs, sinceMs, whole);
  expect(counts.length).toBeGreaterThan(3);
  const weak = counts.slice(3).filter((count) => count < ofRate * load.rps);
  expect(weak, `counts by second since then: ${counts.join(" ")}`).toEqual([]);
}

/** What says only that the machine was busy with something else, which a test cannot help. */
const OF_THE_MACHINE = /lateness p99|% of its cores/;

function reasonsBesidesTheMachine({ verdict }: RunView): string[] {
  return verdict.reasons.filter((reason) => !OF_THE_MACHINE.test(reason));
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
