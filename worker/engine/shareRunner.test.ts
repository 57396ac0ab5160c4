import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addCounts, WorkloadAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import { curves, flat } from "@onrush/shared/schedule/curves.testing.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { DrivenShare, type FakeAnswer } from "./fakeProgram.testing.ts";
import type { RunnerReport } from "./shareRunner.ts";

/** What the recorder's deltas add up to, in the terms of the plain counters. */
function recorded(reports: readonly RunnerReport[]): Omit<ShareTotals, "scheduled" | "endedMs"> {
  const all = new WorkloadAccumulator();
  for (const { due, wall } of reports) {
    for (const delta of due) all.addDue(delta);
    for (const delta of wall) all.addWall(delta);
  }
  const requests = { sent: 0, ok: 0, failed: 0, neutral: 0, interrupted: 0 };
  for (const { sent, ok, failed, neutral, interrupted } of all.steps.values()) {
    addCounts(requests, { sent, ok, failed, neutral, interrupted });
  }
  return { started: all.started, dropped: all.dropped, iterations: all.iterations, requests };
}

/** Arrivals reported by due second: started and dropped. */
function reportedPerSecond(reports: readonly RunnerReport[]): Map<number, number> {
  const seconds = new Map<number, number>();
  for (const { second, started, dropped } of reports.flatMap((report) => report.due)) {
    const count = started + Object.values(dropped).reduce((sum, n) => sum + n, 0);
    if (count > 0) seconds.set(second, (seconds.get(second) ?? 0) + count);
  }
  return seconds;
}

function expectAccounted(share: DrivenShare): ShareTotals {
  const totals = share.reports.at(-1)?.totals;
  if (totals === undefined || totals === null) expect.fail("there is no last report");
  const { scheduled, endedMs: _endedMs, ...counted } = totals;
  expect(recorded(share.reports)).toEqual(counted);
  const dropped = Object.values(counted.dropped).reduce((sum, n) => sum + n, 0);
  expect(counted.started + dropped).toBe(scheduled);
  const { sent, ...ended } = counted.requests;
  expect(Object.values(ended).reduce((sum, n) => sum + n, 0)).toBe(sent);
  expect(Object.values(counted.iterations).reduce((sum, n) => sum + n, 0)).toBe(counted.started);
  expect(share.program.sent).toHaveLength(sent);
  return totals;
}

describe("an undisturbed share", () => {
  test("starts every arrival once, in order, and all of them are ok", () => {
    const share = new DrivenShare({ curve: flat(8.3, 30) });
    const { totals } = share.runOut();
    expect(totals).toEqual({
      ...{ scheduled: 249, started: 249, dropped: {}, endedMs: 30_000 },
      iterations: { ok: 249, failed: 0, neutral: 0, interrupted: 0 },
      requests: { sent: 249, ok: 249, failed: 0, neutral: 0, interrupted: 0 },
    });
    expect(share.program.sent.map(([arrival]) => arrival)).toEqual(
      Array.from({ length: 249 }, (_, n) => n),
    );
    expectAccounted(share);
  });

  test("starts in each second what was due in it", () => {
    const share = new DrivenShare({ curve: flat(5, 3), startMs: 1_500 });
    share.runOut();
    expect(reportedPerSecond(share.reports)).toEqual(
      new Map([
        [1, 3],
        [2, 5],
        [3, 5],
        [4, 2],
      ]),
    );
  });

  test("begins by an answer what the loop is late with, once and in order", () => {
    const share = new DrivenShare({
      curve: flat(1_000, 1),
      answer: (arrival) => ({ tookUs: arrival === 0 ? 20_500 : 1e6 }),
    });
    share.turn(0);
    share.program.advance(30_000);
    expect(share.program.sent.map(([arrival]) => arrival)).toEqual(
      Array.from({ length: 21 }, (_, n) => n),
    );
    share.runOut();
    expectAccounted(share);
    expect(new Set(share.program.sent.map(([arrival]) => arrival)).size).toBe(1_000);
  });

  test("leaves to the loop what is due for less than a millisecond", () => {
    // Arrival 0 is answered at 10.5 ms, when arrival 1 has been due for half a millisecond.
    const share = new DrivenShare({ curve: flat(100, 1), answer: () => ({ tookUs: 10_500 }) });
    share.turn(0);
    share.program.advance(12_000);
    expect(share.program.sent).toHaveLength(1);
    share.runOut();
    expectAccounted(share);
  });

  test("measures response from the due time and service from the sending", () => {
    // The engine turns every 300 ms, so the arrival due at 250 ms is sent at 300 ms.
    const share = new DrivenShare({ curve: flat(4, 0.5), answer: () => ({ tookUs: 100_000 }) });
    share.turn(0);
    share.runOut(300);
    const all = new WorkloadAccumulator();
    for (const delta of share.reports.flatMap((report) => report.due)) all.addDue(delta);
    const { response, service } = all.step(0);
    expect([response.minUs, response.maxUs]).toEqual([100_000, 150_000]);
    expect([service.minUs, service.maxUs]).toEqual([100_000, 100_000]);
  });

  test("never waits for an answer before the next arrival", () => {
    const share = new DrivenShare({ curve: flat(100, 1), answer: () => ({ tookUs: 10e6 }) });
    share.runTo(1_000);
    expect(share.program.sent).toHaveLength(100);
    expect(share.runner.inFlight).toBe(100);
  });

  test("a share without arrivals reports its seconds and its end", () => {
    const share = new DrivenShare({ curve: flat(1, 2.5), parts: 9 });
    const last = share.runOut();
    expect(last.totals?.scheduled).toBe(0);
    expect(share.reports.map((report) => report.watermark)).toEqual([0, 1, 2]);
  });
});

describe("an answer that was looked at", () => {
  test("ends its iteration when what later steps need was not in it", () => {
    const share = new DrivenShare({
      ...{ curve: flat(10, 1), steps: 3 },
      answer: (arrival, operation) =>
        arrival % 2 === 0 && operation === 1
          ? { tookUs: 100, status: 200, error: "extract", hasExtracted: false }
          : { tookUs: 100 },
    });
    share.runOut();
    const { requests, iterations } = expectAccounted(share);
    expect(requests).toMatchObject({ sent: 25, ok: 20, failed: 5 });
    expect(iterations).toMatchObject({ ok: 5, failed: 5 });
  });

  test("counts to the checks of its step", () => {
    const share = new DrivenShare({
      curve: flat(10, 1),
      answer: (arrival) => ({ tookUs: 100, checksPassed: arrival < 7 ? 1 : 0 }),
    });
    share.runOut();
    const all = new WorkloadAccumulator();
    for (const delta of share.reports.flatMap((report) => report.due)) all.addDue(delta);
    expect(all.step(0).checks).toEqual({ good: { passed: 7, failed: 3 } });
  });
});

describe("an answer with a name of its own", () => {
  const noneLeft = { tookUs: 100, status: 402, namedOutcome: 0 };
  const outcomesOf = (share: DrivenShare) => {
    const all = new WorkloadAccumulator();
    for (const delta of share.reports.flatMap((report) => report.due)) all.addDue(delta);
    return { ...all.step(0).outcomes };
  };

  test("counts by it and as what it says, so that nothing failed", () => {
    const share = new DrivenShare({
      curve: flat(10, 1),
      answer: (arrival) => (arrival < 4 ? noneLeft : { tookUs: 100 }),
    });
    share.runOut();
    const { requests, iterations } = expectAccounted(share);
    expect(requests).toMatchObject({ sent: 10, ok: 6, failed: 0, neutral: 4 });
    expect(iterations).toMatchObject({ ok: 6, failed: 0, neutral: 4 });
    expect(outcomesOf(share)).toEqual({ "none left": 4 });
  });

  test("makes its iteration neutral unless another step fails", () => {
    const share = new DrivenShare({
      ...{ curve: flat(10, 1), steps: 2 },
      answer: (arrival, operation) => {
        if (operation === 0) return noneLeft;
        return arrival < 3 ? { tookUs: 100, status: 500 } : { tookUs: 100 };
      },
    });
    share.runOut();
    const { requests, iterations } = expectAccounted(share);
    expect(requests).toMatchObject({ neutral: 10, failed: 3, ok: 7 });
    expect(iterations).toMatchObject({ neutral: 7, failed: 3, ok: 0 });
  });
});

describe("what is dropped says why", () => {
  test("lease: nothing is sent while it has lapsed, and the rest goes on after it", () => {
    const share = new DrivenShare({ curve: flat(10, 3) });
    share.runTo(1_000).runTo(2_000, false);
    share.runOut();
    const { started, dropped } = expectAccounted(share);
    expect({ started, dropped }).toEqual({ started: 20, dropped: { lease: 10 } });
  });

  test("late: what the generator comes to more than 1 s after it was due", () => {
    const share = new DrivenShare({ curve: flat(10, 5) });
    share.runTo(1_000);
    // The thread stands still for 2.05 s: arrivals due at 1.1 s to 2.0 s are too late by then.
    share.turn(3_050_000);
    share.runOut();
    const { started, dropped } = expectAccounted(share);
    expect({ started, dropped }).toEqual({ started: 40, dropped: { late: 10 } });
  });

  test("late begins above one second, not at it", () => {
    const share = new DrivenShare({ curve: flat(1, 1) });
    share.turn(1_000_000);
    share.runOut();
    expect(expectAccounted(share)).toMatchObject({ started: 1, dropped: {} });
    const later = new DrivenShare({ curve: flat(1, 1) });
    later.turn(1_000_001);
    later.runOut();
    expect(expectAccounted(later)).toMatchObject({ started: 0, dropped: { late: 1 } });
  });

  test("inFlightLimit: what finds no free place", () => {
    const share = new DrivenShare({
      curve: flat(10, 2),
      answer: () => ({ tookUs: 950_000 }),
      options: { maxInFlight: 3 },
    });
    share.runOut();
    const { started, dropped } = expectAccounted(share);
    expect({ started, dropped }).toEqual({ started: 6, dropped: { inFlightLimit: 14 } });
    expect(share.peak).toBe(3);
  });
});

describe("stopping", () => {
  test("no arrival due later is started; what is in flight may end", () => {
    const share = new DrivenShare({ curve: flat(10, 60), answer: () => ({ tookUs: 500_000 }) });
    share.runTo(2_005);
    share.runner.stop(2_005_000);
    const { watermark } = share.runOut();
    const totals = expectAccounted(share);
    // Due at 0, 100, …, 2000 ms.
    expect(totals).toMatchObject({ scheduled: 21, started: 21, iterations: { ok: 21 } });
    expect(watermark).toBe(2);
  });

  test("a second stop does not move the first", () => {
    const share = new DrivenShare({ curve: flat(10, 60) });
    share.runTo(1_000);
    share.runner.stop(1_000_000);
    share.runner.stop(5_000_000);
    share.runOut();
    expect(expectAccounted(share).scheduled).toBe(11);
  });

  test("before the load begins nothing but what is due at once is started", () => {
    const share = new DrivenShare({ curve: flat(10, 60), startMs: 1_000 });
    share.runner.stop(-5);
    share.runOut();
    expect(expectAccounted(share)).toMatchObject({ scheduled: 0, started: 0 });
  });

  test("when the graceful stop is over, what is in flight is interrupted", () => {
    const share = new DrivenShare({
      curve: flat(10, 1),
      answer: (arrival) => ({ tookUs: arrival < 8 ? 10_000 : 3_600e6 }),
      options: { gracefulStopUs: 2e6, requestTimeoutUs: 3_600e6 },
    });
    share.runOut();
    expect(share.clock.us).toBe(3e6);
    expect(expectAccounted(share)).toMatchObject({
      iterations: { ok: 8, interrupted: 2 },
      requests: { ok: 8, interrupted: 2 },
    });
  });

  test("an interrupted request leaves no latency behind", () => {
    const share = new DrivenShare({
      curve: flat(1, 1),
      answer: () => ({ tookUs: 3_600e6 }),
      options: { gracefulStopUs: 0 },
    });
    share.runOut();
    const step = share.reports.flatMap((r) => r.due).flatMap((due) => due.steps)[0];
    expect(step).toMatchObject({ interrupted: 1, errors: {}, statusCodes: {} });
    expect(step?.response).toHaveLength(0);
  });
});

describe("iterations of several steps", () => {
  const answers: Record<string, FakeAnswer> = {
    // arrival operation
    "1 0": { tookUs: 10_000, status: 500 },
    "2 1": { tookUs: 10_000, error: "connectionReset" },
  };
  const share = new DrivenShare({
    curve: flat(1, 4),
    steps: 3,
    answer: (arrival, operation) => answers[`${arrival} ${operation}`] ?? { tookUs: 10_000 },
  });
  share.runOut();

  test("go through all steps in order, also after a failed one", () => {
    expect(share.program.sent).toEqual(
      [0, 1, 2, 3].flatMap((arrival) => [0, 1, 2].map((operation) => [arrival, operation])),
    );
  });

  test("fail when any of their steps failed", () => {
    expect(expectAccounted(share)).toMatchObject({
      iterations: { ok: 2, failed: 2 },
      requests: { sent: 12, ok: 10, failed: 2 },
    });
  });

  test("are not continued when interrupted", () => {
    const stuck = new DrivenShare({
      curve: flat(1, 1),
      steps: 3,
      answer: (_arrival, operation) => ({ tookUs: operation === 1 ? 3_600e6 : 10 }),
      options: { gracefulStopUs: 1e6, requestTimeoutUs: 3_600e6 },
    });
    stuck.runOut();
    expect(expectAccounted(stuck)).toMatchObject({
      iterations: { interrupted: 1 },
      requests: { sent: 2, ok: 1, interrupted: 1 },
    });
  });

  test("a later step is due when the one before has ended", () => {
    const all = new WorkloadAccumulator();
    for (const delta of share.reports.flatMap((report) => report.due)) all.addDue(delta);
    const { minUs, maxUs } = all.step(2).response;
    // Answered on the way, sent on: no turn of the engine lies between.
    expect([minUs, maxUs]).toEqual([10_000, 10_000]);
  });
});

describe("requests over their time", () => {
  test("fail with a timeout and keep their latency", () => {
    const share = new DrivenShare({
      curve: flat(1, 2),
      answer: (arrival) => ({ tookUs: arrival === 0 ? 60e6 : 10_000 }),
      options: { requestTimeoutUs: 500_000 },
    });
    share.runOut();
    expect(expectAccounted(share)).toMatchObject({ requests: { ok: 1, failed: 1 } });
    const steps = share.reports.flatMap((r) => r.due).flatMap((due) => due.steps);
    expect(steps.find((step) => step.failed === 1)?.errors).toEqual({ timeout: 1 });
  });
});

test("whatever happens, every arrival is accounted for, second by second", () => {
  const disturbance = fc.record({
    curve: curves({ maxMilliRps: 30_000, maxPieceMs: 1_500 }),
    steps: fc.integer({ min: 1, max: 3 }),
    parts: fc.integer({ min: 1, max: 3 }),
    startMs: fc.nat({ max: 1_500 }),
    maxInFlight: fc.constantFrom(1, 5, 10_000),
    gracefulStopUs: fc.constantFrom(0, 1e6, 20e6),
    requestTimeoutUs: fc.constantFrom(200_000, 5e6),
    /** Milliseconds of each turn; a long one makes arrivals late. */
    turns: fc.array(fc.oneof(fc.constant(20), fc.integer({ min: 20, max: 3_000 })), {
      minLength: 1,
      maxLength: 20,
    }),
    /** The lease is invalid in every n-th turn. */
    lapse: fc.constantFrom(0, 3, 7),
    stopMs: fc.option(fc.nat({ max: 9_000 })),
    tookMs: fc.array(fc.nat({ max: 4_000 }), { minLength: 1, maxLength: 5 }),
    failing: fc.integer({ min: 2, max: 9 }),
  });
  fc.assert(
    fc.property(disturbance, (d) => {
      const share = new DrivenShare({
        ...{ curve: d.curve, steps: d.steps, parts: d.parts, startMs: d.startMs },
        answer: (arrival, operation) => ({
          tookUs: (d.tookMs[(arrival + operation) % d.tookMs.length] ?? 0) * 1000 + 1,
          status: arrival % d.failing === 0 ? 503 : 204,
        }),
        options: {
          ...{ maxInFlight: d.maxInFlight, gracefulStopUs: d.gracefulStopUs },
          requestTimeoutUs: d.requestTimeoutUs,
        },
      });
      let stopped = Infinity;
      for (let i = 0; i < 3_000 && !share.runner.isOver; i++) {
        const toUs = share.clock.us + (d.turns[i % d.turns.length] ?? 20) * 1000 + 1;
        share.turn(toUs, d.lapse === 0 || i % d.lapse !== 0);
        if (d.stopMs !== null && stopped === Infinity && toUs >= d.stopMs * 1000) {
          stopped = toUs;
          share.runner.stop(toUs);
        }
      }
      expect(share.runner.isOver).toBe(true);
      const { scheduled } = expectAccounted(share);
      expect(share.peak).toBeLessThanOrEqual(d.maxInFlight);
      expect(share.runner.inFlight).toBe(0);

      const startUs = d.startMs * 1000;
      const dueBelow = (us: number) =>
        share.ownership.ownedBelow(share.schedule.countBefore(us - startUs));
      // Arrivals due at the very moment of the stop are still started.
      expect(scheduled).toBe(dueBelow(Math.min(stopped + 1, startUs + share.schedule.durationUs)));
      for (const [second, count] of reportedPerSecond(share.reports)) {
        const endUs = Math.min((second + 1) * 1e6, stopped + 1);
        expect(count).toBe(dueBelow(endUs) - dueBelow(second * 1e6));
      }

      let watermark = -1;
      for (const report of share.reports) {
        if (report.totals !== null) continue;
        expect(report.watermark).toBeGreaterThan(watermark);
        watermark = report.watermark;
        for (const { second } of [...report.due, ...report.wall]) {
          expect(second).toBeLessThanOrEqual(watermark);
        }
      }
    }),
    { numRuns: 150 },
  );
});
