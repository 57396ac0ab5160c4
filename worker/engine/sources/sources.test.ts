import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WorkloadAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import { curveOf, curves, flat } from "@onrush/shared/schedule/curves.testing.ts";
import { Ownership } from "@onrush/shared/schedule/ownership.ts";
import type { RateCurve } from "@onrush/shared/schedule/rateCurve.ts";
import { peakUsers, UserTimeline } from "@onrush/shared/schedule/userTimeline.ts";
import { grantSize } from "@onrush/shared/wire/grantSize.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { DrivenShare, type FakeRun } from "../fakeProgram.testing.ts";
import { IterationSource } from "./iterationSource.ts";
import { UserSource } from "./userSource.ts";

const alone = new Ownership([{ offset: 0, weights: 1, index: 0 }]);
const nothing = flat(0, 1);

/** Recorded seconds say what the plain counters say, and every iteration has an end. */
function expectAccounted(share: DrivenShare): ShareTotals {
  const totals = share.reports.at(-1)?.totals;
  if (totals === undefined || totals === null) expect.fail("there is no last report");
  const all = new WorkloadAccumulator();
  for (const { due, wall } of share.reports) {
    for (const delta of due) all.addDue(delta);
    for (const delta of wall) all.addWall(delta);
  }
  expect(all.started).toBe(totals.started);
  expect(all.dropped).toEqual(totals.dropped);
  expect(all.iterations).toEqual(totals.iterations);
  const { ok, failed, neutral, interrupted } = totals.iterations;
  expect(ok + failed + neutral + interrupted).toBe(totals.started);
  const dropped = Object.values(totals.dropped).reduce((sum, count) => sum + count, 0);
  expect(totals.scheduled).toBe(totals.started + dropped);
  expect(share.runner.inFlight).toBe(0);
  return totals;
}

interface UsersRun extends Partial<FakeRun> {
  paceUs?: number;
  takeOver?: { fromUs: number; firstRound: number };
}

function users(curve: RateCurve, run: UsersRun = {}): DrivenShare {
  const { paceUs = 0, takeOver, ...rest } = run;
  const count = peakUsers(curve);
  return new DrivenShare({
    ...{ curve: nothing, ...rest },
    options: { maxInFlight: Math.max(1, count), ...rest.options },
    source: (iterations) =>
      new UserSource(
        {
          timeline: new UserTimeline(curve, alone, 0),
          ...{ users: count, paceUs, endUs: curve.durationMs * 1000 },
          ...{ fromUs: 0, firstRound: 0, ...takeOver },
        },
        iterations,
      ),
  });
}

describe("users who wait for their answers", () => {
  test("begin again at once: each does as many as fit, one after the other", () => {
    const share = users(flat(3, 2), { answer: () => ({ tookUs: 100_000 }) });
    share.runOut();
    // 0, 100, …, 1900 ms; what would begin at 2 s does not.
    expect(expectAccounted(share)).toMatchObject({ started: 60, iterations: { ok: 60 } });
    expect(share.peak).toBe(3);
    const numbers = share.program.sent.map(([number]) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  test("keep their pace: from beginning to beginning, and later when an answer takes longer", () => {
    const share = users(flat(1, 4), {
      paceUs: 500_000,
      answer: (number) => ({ tookUs: number === 1 ? 1_200_000 : 10_000 }),
    });
    const begun: number[] = [];
    for (let ms = 0; ms <= 4_000; ms += 10) {
      share.turn(ms * 1000);
      if (share.program.sent.length > begun.length) begun.push(ms);
    }
    share.runOut();
    // The second lasts from 500 to 1,700 ms; the pace goes on from there.
    expect(begun).toEqual([0, 500, 1_700, 2_200, 2_700, 3_200, 3_700]);
    expectAccounted(share);
  });

  test("measure response from when they were due, not from when the engine came to it", () => {
    const share = users(flat(1, 1), { paceUs: 105_000, answer: () => ({ tookUs: 1_000 }) });
    share.turn(0);
    share.turn(205_000);
    share.runOut(5);
    const all = new WorkloadAccumulator();
    for (const delta of share.reports.flatMap((report) => report.due)) all.addDue(delta);
    expect(all.step(0).response.maxUs).toBe(101_000);
    expect(all.step(0).service.maxUs).toBe(1_000);
  });

  test("think after each step, also before the next iteration", () => {
    const share = users(flat(1, 1), {
      steps: 2,
      answer: () => ({ tookUs: 10_000 }),
      options: { thinkTime: { distribution: "constant", seconds: 0.1 } },
    });
    share.runOut();
    // 10 ms and 100 ms for each of two steps: 220 ms, so it begins at 0, 220, … 880 ms.
    expect(expectAccounted(share)).toMatchObject({ started: 5, requests: { sent: 10 } });
  });

  test("go when their number is above the curve, and end what they have begun", () => {
    const curve = curveOf(4_000, [
      { lengthMs: 1_000, milliRps: 4_000, jump: true },
      { lengthMs: 2_000, milliRps: 0, jump: false },
    ]);
    const share = users(curve, { answer: () => ({ tookUs: 200_000 }) });
    share.runOut();
    expectAccounted(share);
    const lastOf = (user: number) =>
      share.program.sent.filter(([number]) => number % 4 === user).length;
    // User 3 goes at 1.5 s, 2 at 2 s, 1 at 2.5 s, 0 at the end.
    expect([0, 1, 2, 3].map(lastOf)).toEqual([15, 13, 10, 8]);
  });

  test("without a lease begin nothing, and go on with it", () => {
    const share = users(flat(2, 3), { answer: () => ({ tookUs: 100_000 }) });
    share.runTo(1_000).runTo(2_000, false);
    const before = share.program.sent.length;
    share.runOut();
    expect(before).toBeLessThanOrEqual(24);
    expect(share.program.sent.length).toBeGreaterThan(before + 15);
    expectAccounted(share);
  });

  test("are interrupted when the graceful stop is over, thinking or not", () => {
    const share = users(flat(2, 1), {
      steps: 2,
      answer: (number) => ({ tookUs: number === 0 ? 3_600e6 : 10_000 }),
      options: {
        thinkTime: { distribution: "constant", seconds: 3_000 },
        ...{ gracefulStopUs: 1e6, requestTimeoutUs: 3_600e6 },
      },
    });
    share.runOut();
    expect(share.clock.us).toBe(2e6);
    expect(expectAccounted(share)).toMatchObject({
      iterations: { interrupted: 2 },
      requests: { sent: 2, ok: 1, interrupted: 1 },
    });
  });

  test("begin nothing more when the share is dropped", () => {
    const share = users(flat(5, 60), { answer: () => ({ tookUs: 100_000 }) });
    share.runTo(1_050);
    const before = share.program.sent.length;
    share.runner.interrupt();
    expect(share.program.sent.length).toBe(before);
    expect(share.runner.inFlight).toBe(0);
  });

  test("whatever the curve, the answers and the lease: everything is accounted for", () => {
    const disturbance = fc.record({
      curve: curves({ maxMilliRps: 9_000, maxPieceMs: 1_500 }),
      paceMs: fc.constantFrom(0, 70, 900),
      steps: fc.integer({ min: 1, max: 3 }),
      thinkMs: fc.constantFrom(0, 30, 700),
      tookMs: fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 5 }),
      lapse: fc.constantFrom(0, 3, 7),
      gracefulStopUs: fc.constantFrom(0, 1e6, 20e6),
      stopMs: fc.option(fc.nat({ max: 6_000 })),
    });
    fc.assert(
      fc.property(disturbance, (d) => {
        const share = users(d.curve, {
          paceUs: d.paceMs * 1000,
          steps: d.steps,
          answer: (number, step) => ({
            tookUs: (d.tookMs[(number + step) % d.tookMs.length] ?? 0) * 1000 + 2_000,
          }),
          options: {
            gracefulStopUs: d.gracefulStopUs,
            thinkTime:
              d.thinkMs === 0 ? null : { distribution: "constant", seconds: d.thinkMs / 1000 },
          },
        });
        let stopped = false;
        for (let i = 0; i < 3_000 && !share.runner.isOver; i++) {
          const toUs = share.clock.us + 20_001;
          share.turn(toUs, d.lapse === 0 || i % d.lapse !== 0);
          expect(share.peak).toBeLessThanOrEqual(peakUsers(d.curve));
          if (!stopped && d.stopMs !== null && toUs >= d.stopMs * 1000) {
            stopped = true;
            share.runner.stop(toUs);
          }
        }
        expect(share.runner.isOver).toBe(true);
        expectAccounted(share);
        const sent = share.program.sent.map(([number, step]) => `${number} ${step}`);
        expect(new Set(sent).size).toBe(sent.length);
      }),
      { numRuns: 100 },
    );
  });
});

/** Several threads that claim from one counter, as workers do. */
class Pool {
  next = 0;
  readonly limit: number;
  readonly parts: number;
  constructor(limit: number, parts: number) {
    this.limit = limit;
    this.parts = parts;
  }

  take(want: number): { first: number; count: number } {
    const count = grantSize(this.limit - this.next, want, this.parts);
    const first = this.next;
    this.next += count;
    return { first, count };
  }
}

interface Sharer {
  share: DrivenShare;
  source: IterationSource;
  /** Claims that nobody has answered yet. */
  wants: number[];
}

function sharer(
  concurrency: number,
  maxSeconds: number,
  run: Partial<FakeRun>,
  startSecond = 0,
): Sharer {
  const wants: number[] = [];
  let source: IterationSource | undefined;
  const share = new DrivenShare({
    ...{ curve: nothing, ...run },
    options: { ...run.options, maxInFlight: Math.max(1, concurrency) },
    source: (iterations) =>
      (source = new IterationSource(
        {
          ...{ users: concurrency, startUs: startSecond * 1e6 },
          endUs: (startSecond + maxSeconds) * 1e6,
          userOf: (local) => local,
          claim: (want) => wants.push(want),
        },
        iterations,
      )),
  });
  if (source === undefined) throw new Error("the runner made no source");
  return { share, source, wants };
}

function runAll(sharers: readonly Sharer[], pool: Pool, answerEvery = 1, turns = 5_000): void {
  for (let i = 0; i < turns && sharers.some(({ share }) => !share.runner.isOver); i++) {
    for (const { share, source, wants } of sharers) {
      if (i % answerEvery === 0 && wants.length > 0) {
        expect(wants).toHaveLength(1);
        const { first, count } = pool.take(wants.pop() as number);
        source.grant(first, count, share.clock.us);
      }
      if (!share.runner.isOver) share.turn(share.clock.us + 10_000);
    }
  }
}

describe("a number of iterations", () => {
  test("are done exactly, each once, by no more users than were asked for", () => {
    const one = sharer(7, 60, { answer: () => ({ tookUs: 5_000 }) });
    runAll([one], new Pool(1_000, 1));
    expect(expectAccounted(one.share)).toMatchObject({ scheduled: 1_000, started: 1_000 });
    expect(one.share.peak).toBe(7);
    const numbers = one.share.program.sent.map(([number]) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  });

  test("end early: the share's load ends with the last of them", () => {
    const one = sharer(2, 60, { answer: () => ({ tookUs: 100_000 }) });
    runAll([one], new Pool(10, 1));
    const totals = expectAccounted(one.share);
    expect(totals.endedMs).toBeGreaterThanOrEqual(500);
    expect(totals.endedMs).toBeLessThanOrEqual(600);
  });

  test("what has not begun when the time is up is dropped, whoever had it", () => {
    const pool = new Pool(100, 2);
    const both = [0, 1].map(() => sharer(1, 2, { answer: () => ({ tookUs: 100_000 }) }));
    runAll(both, pool);
    const totals = both.map(({ share }) => expectAccounted(share));
    const sum = (pick: (t: ShareTotals) => number) => totals.reduce((s, t) => s + pick(t), 0);
    expect(sum((t) => t.scheduled)).toBe(100);
    expect(sum((t) => t.started)).toBe(40);
    expect(sum((t) => t.dropped["maxDuration"] ?? 0)).toBe(60);
  });

  test("a stop leaves the rest undone and uncounted", () => {
    const one = sharer(2, 60, { answer: () => ({ tookUs: 100_000 }) });
    for (let i = 0; i < 3; i++) {
      const want = one.wants.pop();
      if (want !== undefined) one.source.grant(i * 10, 10, one.share.clock.us);
      one.share.turn(one.share.clock.us + 100_000);
    }
    one.share.runner.stop(one.share.clock.us);
    one.share.runOut();
    expect(expectAccounted(one.share).dropped).toEqual({});
  });

  test("what is under way when all are claimed has the graceful stop from the end of its time", () => {
    const one = sharer(3, 600, {
      answer: () => ({ tookUs: 40e6 }),
      options: { gracefulStopUs: 0, requestTimeoutUs: 300e6 },
    });
    runAll([one], new Pool(3, 1));
    expect(expectAccounted(one.share).iterations).toMatchObject({ ok: 3, interrupted: 0 });
  });

  test("a grant before the start does not move it, whatever the clock says then", () => {
    const one = sharer(1, 60, { answer: () => ({ tookUs: 1_000 }) });
    one.wants.pop();
    one.source.grant(0, 1, 18_000e6);
    one.share.runTo(100);
    one.wants.pop();
    one.source.grant(0, 0, one.share.clock.us);
    one.share.runOut();
    expect(one.share.reports.flatMap(({ due }) => due).map(({ second }) => second)).toEqual([0]);
  });

  test("stopped before they begin, they are over at once", () => {
    const one = sharer(2, 60, {}, 600);
    runAll([one], new Pool(10, 1), 1, 10);
    one.share.runner.stop(100_000);
    one.share.runTo(300);
    expect(one.share.runner.isOver).toBe(true);
    expect(expectAccounted(one.share)).toMatchObject({ scheduled: 0, started: 0 });
  });

  test("a gap in the lease is nobody's response time, and seconds close meanwhile", () => {
    const one = sharer(2, 60, { answer: () => ({ tookUs: 20_000 }) });
    const pool = new Pool(1_000, 1);
    runAll([one], pool, 1, 50);
    one.share.runTo(4_500, false);
    expect(one.share.reports.at(-1)?.watermark).toBe(3);
    runAll([one], pool);
    const all = new WorkloadAccumulator();
    for (const delta of one.share.reports.flatMap((report) => report.due)) all.addDue(delta);
    expect(all.step(0).response.maxUs).toBeLessThan(60_000);
    expect(expectAccounted(one.share).started).toBe(1_000);
  });

  test("waiting for a claim is not counted as the target's time", () => {
    const one = sharer(4, 60, { answer: () => ({ tookUs: 10_000 }) });
    // A claim is answered after 300 ms only.
    runAll([one], new Pool(100, 1), 30);
    const all = new WorkloadAccumulator();
    for (const delta of one.share.reports.flatMap((report) => report.due)) all.addDue(delta);
    expect(all.step(0).response.maxUs).toBeLessThan(60_000);
  });

  test("a thread without users has nothing to do", () => {
    const none = sharer(0, 60, {});
    expect(none.source.isPrepared).toBe(true);
    none.share.runOut();
    expect(expectAccounted(none.share)).toMatchObject({ scheduled: 0, started: 0 });
  });

  test("over threads of different speed none is left out or done twice, however late claims are", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.array(
          fc.record({ users: fc.nat({ max: 4 }), tookMs: fc.integer({ min: 1, max: 60 }) }),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        fc.integer({ min: 1, max: 9 }),
        (iterations, threads, answerEvery) => {
          fc.pre(threads.some(({ users: count }) => count > 0));
          const pool = new Pool(iterations, threads.length);
          const all = threads.map(({ users: count, tookMs }) =>
            sharer(count, 3_600, { answer: () => ({ tookUs: tookMs * 1000 }) }),
          );
          runAll(all, pool, answerEvery);
          const done = all.flatMap(({ share }) => {
            expectAccounted(share);
            return share.program.sent.map(([number]) => number);
          });
          expect(done.sort((a, b) => a - b)).toEqual(
            Array.from({ length: iterations }, (_, n) => n),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("arrivals that find no free place", () => {
  const slow = { answer: () => ({ tookUs: 500_000 }), options: { maxInFlight: 2 } };

  test("queue: begin when one is free, and count from when they were due", () => {
    const overload = { policy: "queue" as const, maxDelayMs: 60_000 };
    const share = new DrivenShare({ curve: flat(10, 1), overload, ...slow });
    share.runOut();
    expect(expectAccounted(share)).toMatchObject({ started: 10, dropped: {} });
    expect(share.peak).toBe(2);
    const all = new WorkloadAccumulator();
    for (const { due, wall } of share.reports) {
      for (const delta of due) all.addDue(delta);
      for (const delta of wall) all.addWall(delta);
    }
    // The last is due at 0.9 s and begins when the pairs at 0, 0.5, 1 and 1.5 s have ended.
    expect(all.step(0).response.maxUs).toBeGreaterThanOrEqual(1_590_000);
    // Waiting for the target is not the generator's lateness.
    expect(all.lateness.maxUs).toBeLessThanOrEqual(10_000);
  });

  test("queue: a gap in the lease does not end it", () => {
    const overload = { policy: "queue" as const, maxDelayMs: 2_000 };
    const share = new DrivenShare({ curve: flat(10, 10), overload, ...slow });
    share.runTo(2_000).runTo(4_500, false);
    const before = share.program.sent.length;
    share.runOut();
    expect(share.program.sent.length).toBeGreaterThan(before + 10);
    expectAccounted(share);
  });

  test("queueExpired: waited longer than they may", () => {
    const overload = { policy: "queue" as const, maxDelayMs: 300 };
    const share = new DrivenShare({ curve: flat(10, 1), overload, ...slow });
    share.runOut();
    const { started, dropped } = expectAccounted(share);
    expect(started + (dropped["queueExpired"] ?? 0)).toBe(10);
    expect(Object.keys(dropped)).toEqual(["queueExpired"]);
  });

  test("what still waits when the graceful stop is over is dropped", () => {
    const overload = { policy: "queue" as const, maxDelayMs: 3_600_000 };
    const share = new DrivenShare({
      ...{ curve: flat(10, 1), overload },
      answer: () => ({ tookUs: 3_600e6 }),
      options: { maxInFlight: 2, gracefulStopUs: 1e6, requestTimeoutUs: 3_600e6 },
    });
    share.runOut();
    expect(expectAccounted(share)).toMatchObject({
      ...{ started: 2, dropped: { queueExpired: 8 } },
      iterations: { interrupted: 2 },
    });
  });

  test("fail: the run is told to end", () => {
    const overload = { policy: "fail" as const, maxDelayMs: 1 };
    const share = new DrivenShare({ curve: flat(10, 1), overload, ...slow });
    share.runTo(150);
    expect(share.runner.failure).toBe("");
    share.runTo(250);
    expect(share.runner.failure).toMatch(/all 2 places/);
    share.runOut();
    expectAccounted(share);
  });
});
