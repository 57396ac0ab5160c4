import { describe, expect, test } from "vitest";
import { reduceRun } from "./runReducer.ts";
import { ownerlessGaps } from "./ownerlessGaps.ts";
import { closes, heirOf, kinds, placedShare, RunUnderTest } from "./runs.testing.ts";
import type { RunMessage, RunSettings } from "./runMessages.ts";

const refusalOf = (share: string, workerId: string, epoch = 1): RunMessage => {
  return { type: "refused", share, workerId, epoch, reason: "the file rows.csv is gone" };
};

/** Of three workers w1 is lost at 1 s, and w2 and w3 are to have its share from 2.5 s on. */
function takenOver(change: Partial<RunSettings> = {}): RunUnderTest {
  const seconds = { durationMs: 10_000, minDurationMs: 10_000 };
  const run = new RunUnderTest({ lostWorkers: "redistribute", ...seconds, ...change });
  run.start(2);
  run.nowMs += 1_000;
  const { lostWorkers } = run.state.settings;
  if (lostWorkers === "redistribute") run.lose("w1");
  else {
    const ref = { share: "0/1", workerId: "w1", epoch: 1 };
    run.tell({ type: "handback", ...ref, cutMs: 2_500, reason: "leaving" });
  }
  run.handOver("0/1", 2_500, "w2", "w3");
  return run;
}

describe("who was to take over and cannot", () => {
  test("loses the share to another worker, and the run goes on", () => {
    const run = takenOver();
    const effects = run.tell(refusalOf("0/1/0", "w2"));
    expect(kinds(effects)).toEqual(["countLost", "handOver"]);
    expect(run.state).toMatchObject({ phase: "RUNNING", failure: null });
    expect(run.state.shares.map(({ share, phase, epoch }) => [share, phase, epoch])).toEqual([
      ["0/0", "running", 1],
      ["0/1", "lost", 2],
      ["0/1/0", "lost", 2],
      ["0/1/1", "assigned", 1],
    ]);
    run.handOver("0/1/0", 3_000, "w0");
    expect(run.state.shares.at(-1)).toMatchObject({ share: "0/1/0/0", workerId: "w0" });
  });

  test("is told by name and reason", () => {
    const run = takenOver();
    const { effects } = reduceRun(run.state, refusalOf("0/1/0", "w2"), run.nowMs);
    const texts = effects.flatMap((effect) => (effect.type === "event" ? [effect.text] : []));
    expect(texts).toEqual(["w2: could not take over: the file rows.csv is gone; lost: 0/1/0"]);
  });

  test("says so once: twice changes nothing", () => {
    const run = takenOver();
    run.tell(refusalOf("0/1/0", "w2"));
    const { state } = run;
    expect(run.tell(refusalOf("0/1/0", "w2"))).toEqual([]);
    expect(run.state).toEqual(state);
  });

  test("fails the run where the scenario says so, by name and reason", () => {
    const run = takenOver({ lostWorkers: "fail" });
    run.tell(refusalOf("0/1/0", "w2"));
    expect(run.state.failure).toBe(
      "w2, share 0/1/0: could not take over: the file rows.csv is gone",
    );
  });

  test("is not replaced with `degrade`: its part is lost to the end", () => {
    const run = takenOver({ lostWorkers: "degrade" });
    expect(kinds(run.tell(refusalOf("0/1/0", "w2")))).toEqual(["countLost"]);
    expect(run.tickAfter(250)).toEqual([]);
    expect(run.state.phase).toBe("RUNNING");
  });

  test("and nobody else for 15 s: the run fails and says why", () => {
    const run = takenOver({ durationMs: 60_000, minDurationMs: 60_000 });
    run.tell(refusalOf("0/1/0", "w2"));
    run.lose("w0", "w3");
    run.tickAfter(14_999);
    expect(run.state.phase).toBe("RUNNING");
    run.tickAfter(1);
    expect(run.state.failure).toContain("w2: could not take over: the file rows.csv is gone");
    expect(run.state.failure).toContain("w0: no heartbeat any more");
  });
});

describe("a hand-back that is heard late", () => {
  const open = { lostWorkers: "redistribute", durationMs: 30_000, minDurationMs: 30_000 } as const;
  const handback = (share: string, workerId: string, cutMs: number): RunMessage => {
    return { type: "handback", share, workerId, epoch: 1, cutMs, reason: "leaving" };
  };

  test("has the seconds counted anew that closed meanwhile, from its own on, and once", () => {
    const run = new RunUnderTest(open);
    run.start(2);
    run.tickAfter(17_000);
    expect(run.state.nextSecond).toBe(14);
    expect(run.tell(handback("0/1", "w1", 8_200))).toMatchObject([
      { type: "countLost", share: null, fromSecond: 8, toSecond: 13 },
      { type: "handOver" },
    ]);
    // What it had in flight does not end: its own snapshots are still to come.
    expect(run.state.shares[1]).toMatchObject({ phase: "running", handbackMs: 8_200 });
    expect(run.tell(handback("0/1", "w1", 8_200))).toEqual([]);
  });

  test("and the same of an heir that has not begun", () => {
    const run = takenOver({ ...open });
    run.nowMs += 8_000;
    run.tell({ type: "tick" });
    expect(run.state.nextSecond).toBe(6);
    expect(run.tell(handback("0/1/0", "w2", 0))).toMatchObject([
      { type: "acknowledge" },
      { type: "countLost", share: null, fromSecond: 2, toSecond: 5 },
      { type: "handOver" },
    ]);
  });

  test("while none of its seconds is closed there is nothing to count anew", () => {
    const run = new RunUnderTest(open);
    run.start(2);
    run.tickAfter(10_000);
    expect(kinds(run.tell(handback("0/1", "w1", 11_000)))).toEqual(["handOver"]);
  });
});

describe("a run that everybody has handed back", () => {
  const long = { durationMs: 600_000, minDurationMs: 600_000 };
  type Reason = Extract<RunMessage, { type: "handback" }>["reason"];

  /** Two workers hand their shares back at 20 s, and end them there. */
  function handedBack(reason: Reason, change: Partial<RunSettings> = {}): RunUnderTest {
    const run = new RunUnderTest({ ...long, lostWorkers: "redistribute", ...change });
    run.start(2);
    run.nowMs += 19_000;
    for (const k of [0, 1]) {
      const ref = { share: `0/${k}`, workerId: `w${k}`, epoch: 1 };
      run.tell({ type: "handback", ...ref, cutMs: 20_000, reason });
    }
    run.nowMs += 3_000;
    for (const k of [0, 1]) run.snapshot(k, 1, 19, "final");
    return run;
  }

  test.each(["redistribute", "degrade", "fail"] as const)(
    "with `%s` looks for somebody for 15 s, and then fails and says why",
    (lostWorkers) => {
      const run = handedBack("noOwner", { lostWorkers });
      expect(kinds(run.tickAfter(11_999))).toContain("handOver");
      expect(run.state).toMatchObject({ phase: "RUNNING", failure: null });
      run.tickAfter(1);
      expect(run.state).toMatchObject({
        phase: "FAILED",
        failure:
          "w0: no controller was heard of for 15 s; " +
          "w1: no controller was heard of for 15 s; no worker is left",
      });
    },
  );

  test("tells of workers that were asked to end", () => {
    const run = handedBack("leaving");
    run.tickAfter(12_000);
    expect(run.state.failure).toBe(
      "w0: it was asked to end; w1: it was asked to end; no worker is left",
    );
  });

  test("goes on when somebody takes over, with what nobody began lost", () => {
    const run = handedBack("noOwner");
    run.handOver("0/0", 23_000, "w0");
    run.handOver("0/1", 23_000, "w1");
    run.tickAfter(60_000);
    expect(run.state).toMatchObject({ phase: "RUNNING", failure: null });
    expect(ownerlessGaps(run.state, long.durationMs)).toEqual([
      "w0, w1: no controller was heard of for 15 s; what was due there from 20 s to 23 s was lost",
    ]);
  });

  test("waits 15 s from when its owner sees workers again", () => {
    const run = handedBack("noOwner");
    run.nowMs += 100_000;
    run.state = { ...run.state, awayUntilMs: run.nowMs };
    run.tickAfter(14_999);
    expect(run.state.phase).toBe("RUNNING");
    run.tickAfter(1);
    expect(run.state.phase).toBe("FAILED");
  });

  test("fails at once with `degrade` when who took over is lost, too", () => {
    const run = handedBack("leaving", { lostWorkers: "degrade" });
    run.handOver("0/0", 23_000, "w5");
    run.handOver("0/1", 23_000, "w6");
    run.lose("w5");
    expect(run.state.phase).toBe("RUNNING");
    run.lose("w6");
    expect(run.state.failure).toContain("w6: no heartbeat any more");
  });

  test("is not masked by a share that has done all that was its own", () => {
    const run = new RunUnderTest({ ...long, lostWorkers: "redistribute" });
    run.start(2);
    run.snapshot(0, 1, 5, "final");
    const ref = { share: "0/1", workerId: "w1", epoch: 1 };
    run.tell({ type: "handback", ...ref, cutMs: 6_000, reason: "leaving" });
    run.snapshot(1, 1, 5, "final");
    run.tickAfter(14_999);
    expect(run.state.phase).toBe("RUNNING");
    run.tickAfter(1);
    expect(run.state.failure).toBe("w1: it was asked to end; no worker is left");
  });
});

test("gaps for want of a controller are told apart, unless they overlap or are none", () => {
  const share = (k: number, handbackMs: number, cutMs: number | null) => ({
    ...placedShare(k, `w${k}`),
    ...{ handbackMs, cutMs, handedBack: { atMs: 0, reason: "noOwner" as const } },
  });
  const { state } = new RunUnderTest();
  const shares = [share(0, 8_000, 9_000), share(1, 1_000, 2_500), share(2, 2_000, 3_000)];
  const gapsOf = (all: typeof shares) => ownerlessGaps({ ...state, shares: all }, 60_000);
  expect(gapsOf(shares).map((text) => text.replace(/:.*from/, ""))).toEqual([
    "w1, w2 1 s to 3 s was lost",
    "w0 8 s to 9 s was lost",
  ]);
  expect(gapsOf([share(3, 58_000, null)])[0]).toContain("from 58 s to 60 s");
  expect(gapsOf([share(4, 5_000, 5_000)])).toEqual([]);
});

test("a controller that dies over handing a share out leaves no second open that has ended", () => {
  const run = new RunUnderTest({
    ...{ lostWorkers: "redistribute", durationMs: 9_000, minDurationMs: 9_000 },
  });
  run.start(2);
  run.lose("w1");
  // Found so late that seconds are overdue by then: they close in the same step.
  run.nowMs += 5_000;
  const heirs = [heirOf("0/1", 0, "w0", 5_500)];
  const { state, effects } = reduceRun(
    run.state,
    { type: "handedOver", share: "0/1", cutMs: 5_500, planned: 5, heirs },
    run.nowMs,
  );
  // A share is stored before it is handed out: the controller dies right after that.
  const stored = effects.findIndex(({ type }) => type === "assign");
  const before = closes(effects.slice(0, stored));
  run.state = structuredClone(state);
  const after = closes(run.tickAfter(5_000));
  expect([...before, ...after]).toEqual(["0p", "1p", "2p", "3p", "4p", "5p", "6p"]);
});
