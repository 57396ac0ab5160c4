import { expect, test } from "vitest";
import { histogramOf } from "@onrush/shared/metrics/deltas.testing.ts";
import { encodeSparse } from "@onrush/shared/metrics/sparseHistogram.ts";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import { SecondAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import { initialRunState } from "@onrush/shared/run/runReducer.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import { planRun } from "../planning/runPlan.ts";
import { placeShares } from "../planning/shares.ts";
import type { SecondStore, StoredMinute } from "../results/secondStore.ts";
import { RunRecord } from "../runs/runRecord.ts";
import { RunSla } from "./runSla.ts";

const SECONDS = 12;

const LINES = [
  ...["p50 < 50ms over 3s", "max < 900ms over 4s abort", "avg < 100ms", "requests < 30"],
  ...["errorRate < 50% over 5s", "min > 15ms over 2s for 2"],
];

function planOf(sla: readonly string[]) {
  const parsed = parseScenario({
    ...{ name: "n", targetUrl: "http://h/", durationSeconds: SECONDS },
    ...{ loadProfile: { type: "CONSTANT", initialRps: 3 }, sla },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return planRun(parsed.scenario);
}

const share = placeShares(planOf(LINES), ["w0"])[0] as ShareState;

class FakeSecondStore implements SecondStore {
  readonly minutes = new Map<number, StoredMinute>();

  async put(minutes: readonly StoredMinute[]): Promise<boolean> {
    for (const minute of minutes) this.minutes.set(minute.minute, structuredClone(minute));
    return true;
  }

  async read(_runId: string, from: number, to: number): Promise<StoredMinute[]> {
    const found = [...this.minutes.values()].filter((m) => m.minute >= from && m.minute <= to);
    return structuredClone(found);
  }

  async removeRun(): Promise<void> {
    this.minutes.clear();
  }
}

/** Three requests sent in `second`, two answered; the third of two seconds before is late. */
function snapshot(second: number): Snapshot {
  const due = (at: number, answersMs: readonly number[], started: number) => {
    const response = encodeSparse(histogramOf(answersMs.map((ms) => ms * 1000)));
    const ended = { ok: answersMs.length, failed: 0, neutral: 0, interrupted: 0 };
    const names = { statusCodes: {}, errors: {}, outcomes: {}, phases: {}, checks: {} };
    return {
      ...{ second: at, started, dropped: {}, ...ended, iterationDuration: response },
      steps: [{ step: 0, ...ended, ...names, response, service: response }],
    };
  };
  const late = second >= 2 ? [due(second - 2, [1_200 + second], 0)] : [];
  const sent = { step: 0, sent: 3, completed: 2, bytesSent: 1, bytesReceived: 1, redirects: 0 };
  const lateness = new Uint8Array(0);
  return {
    ...{ type: "snapshot", workerId: "w0", share: "0/0", epoch: 1, seq: second + 1 },
    ...{ watermark: second, due: [due(second, [20 + second, 30 + second], 3), ...late] },
    wall: [{ second, inFlight: 1, users: 0, connections: 1, lateness, steps: [sent] }],
    health: [],
  };
}

function owner(store: SecondStore, lines: readonly string[] = LINES, isLoadOn = true) {
  const plan = planOf(lines);
  const sla = new RunSla(plan, () => ({ loadEndSeconds: SECONDS, isLoadOn }));
  return { sla, record: new RunRecord("r", plan, store, sla) };
}

type Owner = ReturnType<typeof owner>;

async function follow({ record }: Owner, from: number, to: number): Promise<void> {
  for (let second = from; second < to; second++) {
    await record.merge(share, snapshot(second));
    record.close(second, false);
  }
}

test("whoever goes on with a run gets to the same results from stored seconds", async () => {
  const undisturbed = owner(new FakeSecondStore());
  await follow(undisturbed, 0, SECONDS);
  const whole = undisturbed.sla.results;
  expect(new Set(whole.map(({ status }) => status))).toEqual(new Set(["PASSED", "FAILED"]));
  for (const second of [1, 4, 7, 11]) {
    const store = new FakeSecondStore();
    const first = owner(store);
    await follow(first, 0, second);
    await first.record.save(1, second);
    const next = owner(store);
    next.sla.resume(first.sla.results, second);
    await next.record.resume(first.record.tallies);
    await follow(next, second, SECONDS);
    expect(next.sla.results).toEqual(whole);
  }
});

test("a line that has ended the load is told once, and stays broken for the next owner", async () => {
  const store = new FakeSecondStore();
  const first = owner(store);
  await follow(first, 0, 8);
  const aborted = first.sla.takeBroken().filter((result) => result.aborted);
  expect(aborted).toMatchObject([{ text: "max < 900ms over 4s abort", failedAtSecond: 3 }]);
  expect(first.sla.takeBroken()).toEqual([]);
  await first.record.save(1, 8);
  const next = owner(store, LINES, false);
  next.sla.resume(first.sla.results, 8);
  await next.record.resume(first.record.tallies);
  // Nor is any other told again.
  expect(next.sla.takeBroken()).toEqual([]);
  expect(next.sla.results[1]).toEqual(aborted[0]);
});

/** A share's next snapshot, with one request that was answered after `ms`. */
function answered(seq: number, watermark: number, second: number, ms: number): Snapshot {
  const { due, wall: _wall, ...whole } = snapshot(0);
  const response = encodeSparse(histogramOf([ms * 1000]));
  const parts = due.map((part) => ({
    ...{ ...part, second, started: 1, ok: 1, iterationDuration: response },
    steps: part.steps.map((step) => ({ ...step, ok: 1, response, service: response })),
  }));
  return { ...whole, seq, watermark, due: parts, wall: [] };
}

/** Up to second 7 all is quick; then the answer to a request of second 2 comes after all. */
async function lateAnswer(lines: readonly string[]) {
  const store = new FakeSecondStore();
  const first = owner(store, lines);
  for (let second = 0; second < 8; second++) {
    await first.record.merge(share, answered(second + 1, second, second, 20));
    first.record.close(second, false);
  }
  await first.record.merge(share, answered(9, 7, 2, 12_000));
  await first.record.save(1, 8);
  const next = owner(store, lines);
  next.sla.resume(first.sla.results, 8);
  await next.record.resume(first.record.tallies);
  return { first, next };
}

test("what came after a window had been judged ends no load at a change of owners", async () => {
  const { first, next } = await lateAnswer(["max < 10s over 3s abort"]);
  expect(next.sla.takeBroken()).toEqual([]);
  expect(next.sla.results).toMatchObject([{ status: "PASSED", aborted: false }]);
  for (const { record, sla } of [first, next]) {
    await record.merge(share, answered(10, 8, 8, 12_000));
    record.close(8, false);
    // What breaks it from now on does.
    expect(sla.takeBroken()).toMatchObject([{ aborted: true, failedAtSecond: 8 }]);
  }
});

test("a line without a window ends the load when the next second closes, whoever owns it", async () => {
  const { first, next } = await lateAnswer(["max < 10s abort"]);
  expect(next.sla.takeBroken()).toEqual([]);
  for (const { record, sla } of [first, next]) {
    record.close(8, false);
    expect(sla.takeBroken()).toMatchObject([{ aborted: true, failedAtSecond: 8 }]);
  }
});

test("an end that was stored as due, and not as done, is the next owner's to tell", async () => {
  const store = new FakeSecondStore();
  const first = owner(store);
  await follow(first, 0, 8);
  await first.record.save(1, 8);
  const next = owner(store);
  next.sla.resume(first.sla.results, 8);
  await next.record.resume(first.record.tallies);
  expect(next.sla.takeBroken()).toEqual([first.sla.results[1]]);
});

test("one that died before it could say so has the next owner end the load", async () => {
  const store = new FakeSecondStore();
  const first = owner(store);
  await follow(first, 0, 8);
  await first.record.save(1, 8);
  const next = owner(store);
  await next.record.resume(first.record.tallies);
  expect(next.sla.takeBroken()).toContainEqual(expect.objectContaining({ aborted: true }));
});

/** A second of one workload with requests that were interrupted, by due second, and ended in it. */
function interruptedSecond(second: number, interrupted: number, completed: number) {
  const accumulator = new SecondAccumulator(second);
  const outcomes = { ok: 0, failed: 0, neutral: 0, interrupted };
  const names = { statusCodes: {}, errors: {}, outcomes: {}, phases: {}, checks: {} };
  const none = new Uint8Array(0);
  accumulator.workload(0).addDue({
    ...{ second, started: interrupted, dropped: {}, ...outcomes, iterationDuration: none },
    steps: [{ step: 0, ...outcomes, ...names, response: none, service: none }],
  });
  const bytes = { bytesSent: 0, bytesReceived: 0, redirects: 0 };
  accumulator.workload(0).addWall({
    ...{ second, inFlight: completed, users: 0, connections: 0, lateness: none },
    steps: [{ step: 0, sent: interrupted, completed, ...bytes }],
  });
  return accumulator.toRecord(1, false);
}

test("a lapse of leases in the middle of a run breaks no line at its end", async () => {
  const { sla } = owner(new FakeSecondStore(), ["max < 9s", "max(iteration) < 9s"]);
  const seconds = Array.from({ length: 18 }, (_, second) => {
    if (second === 1) return interruptedSecond(second, 50, 50);
    return interruptedSecond(second, second === 11 ? 3 : 0, second === 17 ? 3 : 0);
  });
  for (const second of seconds) sla.add(second);
  const initial = initialRunState({
    ...{ durationMs: SECONDS * 1000, minDurationMs: SECONDS * 1000, gracefulStopMs: 5_000 },
    ...{ lostWorkers: "degrade", barrierMs: 1, startLeadMs: 1 },
  });
  const state = { ...initial, shares: [share], nextSecond: seconds.length };
  const closed = async (from: number, to: number) => seconds.slice(from, to + 1);
  const final = await sla.final(state, SECONDS, closed);
  for (const second of seconds) final.add(second);
  // The last three have waited for the five seconds of grace.
  expect(final.results).toMatchObject([
    { status: "PASSED", value: 5_000 },
    { status: "PASSED", value: 5_000 },
  ]);
});
