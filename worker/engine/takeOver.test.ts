import { describe, expect, test } from "vitest";
import { compileFlow } from "@onrush/shared/flow/compileFlow.ts";
import { curveOf, flat } from "@onrush/shared/schedule/curves.testing.ts";
import { Ownership } from "@onrush/shared/schedule/ownership.ts";
import type { RateCurve } from "@onrush/shared/schedule/rateCurve.ts";
import { peakUsers, UserTimeline } from "@onrush/shared/schedule/userTimeline.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { DrivenShare, type FakeRun } from "./fakeProgram.testing.ts";
import { IterationSource } from "./sources/iterationSource.ts";
import { UserSource } from "./sources/userSource.ts";

/** What a share does when a part of it is another one's: handed back, taken over, lease lapsed. */

const alone = new Ownership([{ offset: 0, weights: 1, index: 0 }]);
const nothing = flat(0, 1);

function totalsOf(share: DrivenShare): ShareTotals {
  const totals = share.reports.at(-1)?.totals;
  if (totals === undefined || totals === null) expect.fail("there is no last report");
  const dropped = Object.values(totals.dropped).reduce((sum, count) => sum + count, 0);
  expect(totals.scheduled).toBe(totals.started + dropped);
  const { ok, failed, neutral, interrupted } = totals.iterations;
  expect(ok + failed + neutral + interrupted).toBe(totals.started);
  return totals;
}

const secondsOf = (share: DrivenShare) => [
  ...new Set(share.reports.flatMap(({ due, wall }) => [...due, ...wall]).map((d) => d.second)),
];

interface Users extends Partial<FakeRun> {
  fromUs?: number;
  firstRound?: number;
}

function users(curve: RateCurve, run: Users = {}): DrivenShare {
  const { fromUs = 0, firstRound = 0, ...rest } = run;
  return new DrivenShare({
    ...{ curve: nothing, ...rest },
    options: { maxInFlight: peakUsers(curve), fromUs, ...rest.options },
    source: (iterations) =>
      new UserSource(
        {
          timeline: new UserTimeline(curve, alone, 0),
          ...{ users: peakUsers(curve), paceUs: 0, endUs: curve.durationMs * 1000 },
          ...{ fromUs, firstRound },
        },
        iterations,
      ),
  });
}

function claiming(concurrency: number, run: Partial<FakeRun> = {}, startUs = 0) {
  const wants: number[] = [];
  let source: IterationSource | undefined;
  const share = new DrivenShare({
    ...{ curve: nothing, ...run },
    options: { ...run.options, maxInFlight: concurrency, fromUs: startUs },
    source: (iterations) =>
      (source = new IterationSource(
        {
          ...{ users: concurrency, startUs, endUs: 60e6 },
          userOf: (local) => local,
          claim: (want) => wants.push(want),
        },
        iterations,
      )),
  });
  if (source === undefined) throw new Error("the runner made no source");
  return { share, source, wants };
}

describe("a share that is handed back", () => {
  test("begins what is due before the cut, nothing due at it or later, and says how it ended", () => {
    const share = new DrivenShare({ curve: flat(10, 60), answer: () => ({ tookUs: 300_000 }) });
    share.runTo(1_000);
    share.runner.handBack(2_000_000);
    share.runOut();
    // Due at 0, 100, …, 1,900 ms: the one due at 2,000 ms is the successor's.
    expect(totalsOf(share)).toMatchObject({
      ...{ scheduled: 20, started: 20, dropped: {}, endedMs: 2_000 },
      iterations: { ok: 20 },
    });
  });

  test("ends what is in flight within the graceful stop", () => {
    const share = new DrivenShare({
      curve: flat(10, 60),
      answer: (arrival) => ({ tookUs: arrival === 9 ? 3_600e6 : 10_000 }),
      options: { gracefulStopUs: 3e6, requestTimeoutUs: 3_600e6 },
    });
    share.runner.handBack(1_000_000);
    share.runOut();
    expect(share.clock.us).toBeLessThanOrEqual(4_010_000);
    expect(totalsOf(share).iterations).toMatchObject({ ok: 9, interrupted: 1 });
  });

  test("a stop before the cut comes first", () => {
    const share = new DrivenShare({ curve: flat(10, 60) });
    share.runTo(1_000);
    share.runner.handBack(2_000_000);
    share.runTo(1_500);
    share.runner.stop(1_500_000);
    share.runOut();
    expect(totalsOf(share).scheduled).toBe(16);
  });

  test("users between two iterations leave at the cut, those in one end it first", () => {
    const share = users(flat(2, 60), {
      answer: (number) => ({ tookUs: number % 2 === 0 ? 5e6 : 10_000 }),
      options: { thinkTime: { distribution: "constant", seconds: 0.4 } },
    });
    share.runTo(500);
    share.runner.handBack(1_000_000);
    share.runOut();
    const usersIn = (second: number) =>
      share.reports.flatMap((r) => r.wall).find((wall) => wall.second === second)?.users;
    expect([usersIn(0), usersIn(2)]).toEqual([2, 1]);
    // User 1 at 0, 410 and 820 ms, user 0 once.
    expect(totalsOf(share)).toMatchObject({ started: 4, iterations: { ok: 4 } });
  });

  test.each([
    ["works off what it was granted", 100, { started: 100, dropped: {} }],
    ["drops as late what is left 5 s after the cut", 200, { started: 120, dropped: { late: 80 } }],
  ])("claims no more iterations, and %s", (_what, granted, worked) => {
    const { share, source, wants } = claiming(2, { answer: () => ({ tookUs: 100_000 }) });
    wants.pop();
    source.grant(0, granted, 0);
    share.runTo(500);
    wants.length = 0;
    share.runner.handBack(1_000_000);
    share.runOut();
    expect(wants).toEqual([]);
    expect(totalsOf(share)).toMatchObject({
      ...{ scheduled: granted, ...worked },
      iterations: { ok: worked.started },
    });
  });

  test.each([
    ["is begun", 5_000, { started: 3, dropped: {} }],
    ["is not left uncounted when it comes late", 6_000, { started: 0, dropped: { late: 3 } }],
  ])("waits for a claim under way: what it grants %s", (_what, grantedAtMs, worked) => {
    const { share, source, wants } = claiming(1, { answer: () => ({ tookUs: 100_000 }) });
    expect(wants).toHaveLength(1);
    share.runner.handBack(500_000);
    share.runTo(grantedAtMs);
    expect(share.runner.isOver).toBe(false);
    source.grant(40, 3, share.clock.us);
    share.runOut();
    expect(totalsOf(share)).toMatchObject({ scheduled: 3, ...worked });
  });
});

describe("a share that is taken over", () => {
  test("users who are there come where it begins, their rounds go on, and who has left does not", () => {
    const curve = curveOf(60_000, [
      { lengthMs: 10_000, milliRps: 4_000, jump: true },
      { lengthMs: 50_000, milliRps: 2_000, jump: true },
    ]);
    const share = users(curve, {
      ...{ fromUs: 30_500_000, firstRound: 900 },
      answer: () => ({ tookUs: 30_000_000 }),
    });
    // The engine comes to a take-over when it begins.
    share.clock.us = 30_490_000;
    share.turn(30_500_000);
    expect(share.program.sent.map(([number]) => number)).toEqual([4 * 900, 4 * 900 + 1]);
    share.runOut();
    expect(Math.min(...secondsOf(share))).toBe(30);
    expect(Math.min(...share.reports.map(({ watermark }) => watermark))).toBeGreaterThanOrEqual(30);
    totalsOf(share);
  });

  test("iterations begin where it begins", () => {
    const { share, source, wants } = claiming(2, {}, 20_250_000);
    wants.pop();
    source.grant(7, 2, -5);
    share.clock.us = 20_240_000;
    share.runTo(20_300);
    source.grant(0, 0, share.clock.us);
    share.runOut();
    expect(share.program.sent.map(([number]) => number)).toEqual([7, 8]);
    expect(secondsOf(share)).toEqual([20]);
  });
});

describe("a process that was frozen sends nothing when it wakes", () => {
  /** Answers come, as from the sockets, before the engine's next turn. */
  const wake = (share: DrivenShare) => {
    const before = share.program.sent.length;
    share.program.advance(share.clock.us + 10e6);
    share.turn(share.clock.us, false);
    expect(share.program.sent.length).toBe(before);
    share.runOut();
    return totalsOf(share);
  };
  /** A turn with a lease that ends within the next second. */
  const lastTurn = (share: DrivenShare) => {
    share.runner.release(share.clock.us, share.clock.us + 1e6);
  };
  const slow = { answer: () => ({ tookUs: 5e6 }) };

  test("arrivals: an answer begins none that is overdue", () => {
    const share = new DrivenShare({ curve: flat(10, 12), ...slow });
    share.runTo(1_000);
    lastTurn(share);
    expect(wake(share).dropped["lease"]).toBeGreaterThan(80);
  });

  test("arrivals: the rest of the batch in which it was frozen is dropped", () => {
    const share: DrivenShare = new DrivenShare({
      curve: flat(10, 1),
      answer: (arrival) => {
        if (arrival === 4) share.clock.us += 10e6;
        return { tookUs: 1_000 };
      },
    });
    share.clock.us = 900_000;
    share.runner.release(900_000, 1_500_000);
    expect(share.program.sent).toHaveLength(5);
    share.runOut();
    expect(totalsOf(share).dropped).toEqual({ lease: 5 });
  });

  test("arrivals that wait for a place: an answer begins none", () => {
    const overload = { policy: "queue" as const, maxDelayMs: 60_000 };
    const share = new DrivenShare({
      ...{ curve: flat(10, 2), overload, ...slow },
      options: { maxInFlight: 3 },
    });
    share.runTo(1_500);
    lastTurn(share);
    wake(share);
  });

  test("users: an answer begins no further iteration", () => {
    const share = users(flat(3, 30), slow);
    share.runTo(1_000);
    lastTurn(share);
    wake(share);
  });

  test("a number of iterations: an answer begins no further one, none is lost", () => {
    const { share, source, wants } = claiming(2, slow);
    wants.pop();
    source.grant(0, 3, 0);
    share.runTo(1_000);
    lastTurn(share);
    wants.pop();
    source.grant(0, 0, share.clock.us);
    expect(wake(share)).toMatchObject({ scheduled: 3, started: 3 });
  });

  test("a further step of an iteration under way is a request, too: the iteration is interrupted", () => {
    const share = new DrivenShare({ curve: flat(1, 1), steps: 3, ...slow });
    share.runTo(100);
    lastTurn(share);
    expect(wake(share)).toMatchObject({
      iterations: { interrupted: 1 },
      requests: { sent: 1, ok: 1 },
    });
  });

  test("also one that was thinking", () => {
    const share = new DrivenShare({
      ...{ curve: flat(1, 1), steps: 3, answer: () => ({ tookUs: 10_000 }) },
      options: { thinkTime: { distribution: "constant", seconds: 2 } },
    });
    share.runTo(100);
    lastTurn(share);
    expect(wake(share)).toMatchObject({ iterations: { interrupted: 1 }, requests: { sent: 1 } });
  });

  test("several that have thought: the rest of the batch in which it was frozen sends nothing", () => {
    const share: DrivenShare = new DrivenShare({
      ...{ curve: flat(10, 1), steps: 2 },
      answer: (arrival, operation) => {
        if (operation === 1 && arrival === 4) share.clock.us += 10e6;
        return { tookUs: 1_000 };
      },
      options: { thinkTime: { distribution: "constant", seconds: 2 } },
    });
    share.runTo(2_000);
    share.program.advance(3_500_000);
    share.runner.release(3_500_000, 4_000_000);
    const second = share.program.sent.filter(([, operation]) => operation === 1);
    expect(second.map(([arrival]) => arrival)).toEqual([0, 1, 2, 3, 4]);
    share.runOut();
    expect(totalsOf(share).iterations).toMatchObject({ ok: 5, interrupted: 5 });
  });

  test("requests that are sent together: what it was frozen before is not sent", () => {
    const steps = ["a", "b", "c"].map((name) => ({
      ...{ name, protocol: "http" as const, method: "GET" as const, url: "http://h/" },
      headers: {},
    }));
    const share: DrivenShare = new DrivenShare({
      ...{ curve: flat(1, 1), steps: 3 },
      flow: compileFlow([{ parallel: steps }], { thinkTime: null, onError: "continue" }),
      answer: (_, operation) => {
        if (operation === 1) share.clock.us += 10e6;
        return { tookUs: 1_000 };
      },
    });
    share.runner.release(1_000, 500_000);
    expect(share.program.sent).toHaveLength(2);
    share.runOut();
    const { iterations, requests } = totalsOf(share);
    expect(requests).toMatchObject({ sent: 2, ok: 2 });
    expect(iterations).toMatchObject({ interrupted: 1, ok: 0 });
  });
});
