import { describe, expect, test } from "vitest";
import { reduceRun } from "./runReducer.ts";
import { closes, kinds, placedShare, RunUnderTest, settings } from "./runs.testing.ts";

describe("from queue to start", () => {
  test("a placed run is assigned and waits for its workers", () => {
    const run = new RunUnderTest();
    const effects = run.place("w0", "w1");
    expect(kinds(effects)).toEqual(["assign"]);
    expect(run.state.phase).toBe("PREPARING");
  });

  test("it starts when the last share is ready, once, a lead later", () => {
    const run = new RunUnderTest();
    run.place("w0", "w1");
    expect(run.ready(0, "w0")).toEqual([]);
    expect(run.ready(0, "w0")).toEqual([]);
    const effects = run.ready(1, "w1");
    expect(effects).toEqual([{ type: "start", startAtMs: run.nowMs + settings.startLeadMs }]);
    expect(run.state.shares.map((s) => s.phase)).toEqual(["running", "running"]);
    expect(run.ready(1, "w1")).toEqual([]);
    expect(run.state.phase).toBe("RUNNING");
  });

  test("accepting is told, and does not undo being ready", () => {
    const run = new RunUnderTest();
    run.place("w0", "w1");
    const accepted = { type: "accepted", workerId: "w0", share: "0/0", epoch: 1 } as const;
    run.tell(accepted);
    expect(run.state.shares[0]?.phase).toBe("accepted");
    run.ready(0, "w0");
    run.tell(accepted);
    expect(run.state.shares[0]?.phase).toBe("ready");
  });

  test("at the limit of the barrier the run fails and names who is not ready", () => {
    const run = new RunUnderTest();
    run.place("w0", "w1");
    run.ready(0, "w0");
    expect(run.tickAfter(29_999)).toEqual([]);
    expect(kinds(run.tickAfter(1))).toEqual(["abort", "finish"]);
    expect(run.state.phase).toBe("FAILED");
    expect(run.state.failure).toBe("not ready within 30 s: w1 (share 0/1, assigned)");
  });

  test("and of who is not there any more it says why", () => {
    const run = new RunUnderTest();
    run.place("w0", "w1");
    const ref = { workerId: "w0", share: "0/0", epoch: 1 };
    run.tell({ type: "handback", ...ref, cutMs: 0, reason: "leaving" });
    run.lose("w1");
    run.tickAfter(30_000);
    expect(run.state.failure).toBe(
      "not ready within 30 s: w0 (share 0/0, it was asked to end), w1 (share 0/1, no heartbeat any more)",
    );
  });

  test("a refused share fails the run with the worker's reason", () => {
    const run = new RunUnderTest();
    run.place("w0");
    const ref = { workerId: "w0", share: "0/0", epoch: 1 };
    expect(kinds(run.tell({ type: "refused", ...ref, reason: "no DNS" }))).toEqual([
      ...["abort", "finish"],
    ]);
    expect(run.state.failure).toContain("no DNS");
  });

  test("a worker lost before the start is replaced, and the share has a new epoch", () => {
    const run = new RunUnderTest();
    run.place("w0", "w1");
    run.ready(0, "w0");
    // Its epoch is raised only when it is silent: it may have been heard since it was looked for.
    expect(kinds(run.tell({ type: "workersLost", workerIds: ["w1"] }))).toEqual(["fence"]);
    const effects = run.lose("w1");
    expect(effects).toMatchObject([{ type: "reassign", shares: [{ share: "0/1", epoch: 2 }] }]);
    const anew = { ...placedShare(1, "w2"), epoch: 3 };
    expect(run.tell({ type: "reassigned", shares: [anew] })).toEqual([
      { type: "assign", shares: [anew] },
    ]);
    expect(run.tell({ type: "reassigned", shares: [anew] })).toEqual([]);
    // What the first worker still says is another epoch's.
    expect(run.ready(1, "w1")).toEqual([]);
    const ref = { workerId: "w2", share: "0/1", epoch: 3 };
    const ready = run.tell({ type: "ready", ...ref, clockOffsetUs: 1, clockErrorUs: 2 });
    expect(kinds(ready)).toEqual(["start"]);
  });

  test("what is left before the start is asked for until somebody is found, and holds the start up", () => {
    const run = new RunUnderTest({ lostWorkers: "fail" });
    run.place("w0", "w1", "w2");
    run.ready(0, "w0");
    const ref = { workerId: "w1", share: "0/1", epoch: 1 };
    const handback = { type: "handback", ...ref, cutMs: 0, reason: "leaving" } as const;
    expect(kinds(run.tell(handback))).toEqual(["acknowledge", "reassign"]);
    expect(run.tell(handback)).toEqual([]);
    expect(kinds(run.lose("w2"))).toEqual(["reassign"]);
    const left = [{ share: "0/1" }, { share: "0/2" }];
    expect(run.tickAfter(250)).toMatchObject([{ type: "reassign", shares: left }]);
    expect(run.tickAfter(28_000)).toMatchObject([{ type: "reassign", shares: left }]);
    // What was said before it left comes late.
    expect(run.ready(1, "w1")).toEqual([]);
    expect(run.state.phase).toBe("PREPARING");
    const anew = [1, 2].map((k) => ({ ...placedShare(k, "w3"), epoch: 3 }));
    expect(kinds(run.tell({ type: "reassigned", shares: anew }))).toEqual(["assign"]);
    expect(run.tickAfter(250)).toEqual([]);
    for (const { share, workerId, epoch } of anew) {
      const clock = { clockOffsetUs: 1, clockErrorUs: 2 };
      run.tell({ type: "ready", share, workerId, epoch, ...clock });
    }
    expect(run.state.phase).toBe("RUNNING");
  });

  test("a hand-back that comes after the end changes nothing", () => {
    const run = new RunUnderTest();
    run.place("w0");
    run.tell({ type: "stopRequested" });
    const { state } = run;
    const ref = { workerId: "w0", share: "0/0", epoch: 1 };
    expect(run.tell({ type: "handback", ...ref, cutMs: 0, reason: "leaving" })).toEqual([]);
    expect(run.state).toEqual(state);
  });

  test.each(["QUEUED", "PREPARING"] as const)("a stop while %s ends it at once", (phase) => {
    const run = new RunUnderTest();
    if (phase === "PREPARING") run.place("w0");
    const effects = run.tell({ type: "stopRequested" });
    expect(effects).toEqual([{ type: "abort" }, { type: "finish", end: "stopped" }]);
    expect(run.state.phase).toBe("STOPPED");
  });
});

describe("snapshots", () => {
  test("are merged once and in order; repeated ones are acknowledged again", () => {
    const run = new RunUnderTest();
    run.start(1);
    expect(kinds(run.snapshot(0, 1, 0))).toEqual(["merge", "close"]);
    expect(kinds(run.snapshot(0, 1, 0))).toEqual(["acknowledge"]);
    // One that is ahead waits until the worker sends what is missing again.
    expect(run.snapshot(0, 3, 2)).toEqual([]);
    expect(kinds(run.snapshot(0, 2, 1))).toEqual(["merge", "close"]);
    expect(kinds(run.snapshot(0, 3, 2))).toEqual(["merge", "close"]);
    expect(kinds(run.snapshot(0, 2, 1))).toEqual(["acknowledge"]);
  });

  test.each<[string, object]>([
    ["another worker", { workerId: "w1" }],
    ["another epoch", { epoch: 2 }],
    ["an unknown share", { share: "0/7" }],
    ["another run's workload", { share: "1/0" }],
  ])("of %s change nothing and are counted", (_name, change) => {
    const run = new RunUnderTest();
    run.start(2);
    const before = run.state;
    const effects = run.tell({
      ...{ type: "snapshot", workerId: "w0", share: "0/0", epoch: 1 },
      ...{ seq: 1, watermark: 0, lastSecond: 0, totals: null },
      ...{ oldest: 1, startLateUs: null },
      ...change,
    });
    expect(effects).toEqual([]);
    expect(run.state).toEqual({ ...before, refusedReports: 1 });
  });

  test("before the start change nothing", () => {
    const run = new RunUnderTest();
    run.place("w0");
    expect(run.snapshot(0, 1, 0)).toEqual([]);
    expect(run.state.shares[0]?.seq).toBe(0);
  });

  test("after the final one change nothing more", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.snapshot(0, 1, 2, "final");
    expect(run.snapshot(0, 2, 3)).toEqual([]);
  });
});

describe("closing of seconds", () => {
  test("a second closes when the slowest share has passed it", () => {
    const run = new RunUnderTest();
    run.start(2);
    expect(closes(run.snapshot(0, 1, 1))).toEqual([]);
    expect(closes(run.snapshot(1, 1, 0))).toEqual(["0"]);
    expect(closes(run.snapshot(1, 2, 2))).toEqual(["1"]);
  });

  test("3 s after its end it closes as partial, not before", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.snapshot(0, 1, 0);
    expect(closes(run.tickAfter(3_999))).toEqual([]);
    expect(closes(run.tickAfter(1))).toEqual(["0p"]);
    expect(closes(run.snapshot(1, 1, 0))).toEqual([]);
  });

  test("what was reported while nobody read has its time when somebody reads again", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.state = { ...run.state, awayUntilMs: run.nowMs + 10_000 };
    expect(closes(run.tickAfter(10_000))).toEqual([]);
    expect(closes(run.snapshot(0, 1, 5))).toEqual([]);
    expect(closes(run.snapshot(1, 1, 1))).toEqual(["0", "1"]);
    expect(closes(run.tickAfter(2_999))).toEqual([]);
    expect(closes(run.tickAfter(1))[0]).toBe("2p");
  });

  test("a share that has reported its end holds nothing up", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.snapshot(0, 1, 0, "final");
    expect(closes(run.snapshot(1, 1, 2))).toEqual(["0", "1", "2"]);
  });
});

describe("the end", () => {
  test("comes when every share has reported its end and every second is closed", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.snapshot(0, 1, 2, "final");
    expect(run.state.phase).toBe("RUNNING");
    const effects = run.snapshot(1, 1, 3, "final");
    expect(closes(effects)).toEqual(["0", "1", "2", "3"]);
    expect(effects.at(-1)).toEqual({ type: "finish", end: "finished" });
    expect(run.state.phase).toBe("COMPLETED");
  });

  test("after a stop is STOPPED", () => {
    const run = new RunUnderTest();
    run.start(1);
    expect(kinds(run.tell({ type: "stopRequested" }))).toEqual(["stop"]);
    expect(run.state.phase).toBe("STOPPING");
    expect(run.tell({ type: "stopRequested" })).toEqual([]);
    expect(run.snapshot(0, 1, 0, "final").at(-1)).toEqual({ type: "finish", end: "stopped" });
    expect(run.state.phase).toBe("STOPPED");
  });

  test("a broken SLA line with abort stops it, once, and only while there is load", () => {
    const run = new RunUnderTest();
    const broken = { type: "slaBroken", reason: 'SLA line "p95 < 1ms" is broken' } as const;
    run.place("w0");
    expect(run.tell(broken)).toEqual([]);
    run.ready(0, "w0");
    expect(kinds(run.tell(broken))).toEqual(["stop"]);
    expect(run.state.stopAtMs).toBe(run.nowMs);
    expect(run.tell(broken)).toEqual([]);
    run.snapshot(0, 1, 0, "final");
    expect(run.state.phase).toBe("STOPPED");
  });

  test("a share that never reports its end is given up 10 s after the graceful stop", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.snapshot(0, 1, 2, "final");
    run.snapshot(1, 1, 0);
    run.tickAfter(settings.durationMs + settings.gracefulStopMs + 9_999);
    expect(run.state.phase).toBe("RUNNING");
    const effects = run.tickAfter(1);
    expect(effects).toMatchObject([
      { type: "countLost", fromSecond: 1, share: { share: "0/1" } },
      { type: "finish", end: "finished" },
    ]);
  });

  test("nor is it while nobody can read reports, nor right after", () => {
    const run = new RunUnderTest({ durationMs: 60_000, minDurationMs: 60_000 });
    run.start(1);
    run.nowMs += 57_000;
    run.snapshot(0, 1, 56);
    // Its owner cannot see anybody for 20 s, over the end of the load.
    for (let i = 0; i < 80; i++) {
      run.state = { ...run.state, awayUntilMs: run.nowMs };
      run.tickAfter(250);
    }
    run.tickAfter(9_700);
    expect(run.state.phase).toBe("RUNNING");
    run.snapshot(0, 2, 59, "final");
    expect(run.state).toMatchObject({ phase: "COMPLETED", shares: [{ phase: "final" }] });
  });

  test("an owner that comes long after the end reads all that waits before it gives up", () => {
    const run = new RunUnderTest({ durationMs: 60_000, minDurationMs: 60_000 });
    run.start(2);
    run.nowMs += 10_000;
    run.snapshot(0, 1, 9);
    run.snapshot(1, 1, 9);
    run.nowMs += 600_000;
    run.state = { ...run.state, awayUntilMs: run.nowMs };
    // It reads for longer than it waits in vain.
    for (let seq = 2; seq < 50; seq++) {
      for (const k of [0, 1]) {
        run.snapshot(k, seq, seq + 8);
        run.tickAfter(250);
      }
    }
    run.snapshot(0, 50, 59, "final");
    expect(run.state.phase).toBe("RUNNING");
    run.snapshot(1, 50, 59, "final");
    expect(run.state).toMatchObject({
      ...{ phase: "COMPLETED", shares: [{ phase: "final" }, { phase: "final" }] },
    });
    expect(run.state.refusedReports).toBeUndefined();
  });

  test("and gives up 10 s after the last that came", () => {
    const run = new RunUnderTest({ durationMs: 60_000, minDurationMs: 60_000 });
    run.start(1);
    run.nowMs += 600_000;
    run.state = { ...run.state, awayUntilMs: run.nowMs };
    run.tickAfter(5_000);
    run.snapshot(0, 1, 9);
    run.tickAfter(9_999);
    expect(run.state.phase).toBe("RUNNING");
    run.tickAfter(1);
    expect(run.state).toMatchObject({ phase: "COMPLETED", shares: [{ phase: "lost" }] });
  });

  test("an ended run stays as it is, whatever it is told", () => {
    const run = new RunUnderTest();
    run.start(1);
    run.snapshot(0, 1, 2, "final");
    const { state } = run;
    for (const message of [
      { type: "tick" } as const,
      { type: "stopRequested" } as const,
      { type: "broken", reason: "late" } as const,
      { type: "workersLost", workerIds: ["w0"] } as const,
      { type: "placed", shares: [placedShare(0, "w0")] } as const,
    ]) {
      expect(reduceRun(state, message, run.nowMs + 1e6)).toEqual({ state, effects: [] });
    }
  });
});

describe("lost workers", () => {
  test("what they have not reported is counted as lost, and the rest goes on", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.snapshot(0, 1, 0);
    run.snapshot(1, 1, 1);
    const effects = run.lose("w0");
    expect(effects).toMatchObject([
      { type: "countLost", fromSecond: 1, share: { share: "0/0" } },
      { type: "close", second: 1, partial: false },
    ]);
    expect(run.lose("w0")).toEqual([]);
    // A late snapshot of the lost one would count twice.
    expect(run.snapshot(0, 2, 1)).toEqual([]);
    const last = run.snapshot(1, 2, 2, "final");
    expect(last.at(-1)).toEqual({ type: "finish", end: "finished" });
  });

  test("fail the run where the scenario says so", () => {
    const run = new RunUnderTest({ lostWorkers: "fail" });
    run.start(2);
    run.lose("w1");
    expect(run.state.phase).toBe("FAILED");
  });

  test("a worker that has reported its end cannot be lost any more", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.snapshot(0, 1, 2, "final");
    expect(run.lose("w0")).toEqual([]);
  });

  test("all of them while the load goes on: the run fails, as nobody is left to carry it", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.snapshot(0, 1, 0);
    const effects = run.lose("w0", "w1");
    expect(closes(effects)).toEqual(["0p"]);
    expect(run.state.phase).toBe("FAILED");
    expect(run.state.failure).toContain("no worker is left");
  });

  test("a lost share's epoch ends, so that its worker finds out when it comes back", () => {
    const run = new RunUnderTest();
    run.start(2);
    run.lose("w1");
    expect(run.state.shares.map((share) => share.epoch)).toEqual([1, 2]);
  });

  test("a pause in the load has its seconds, too", () => {
    const run = new RunUnderTest();
    run.start(1);
    const { seq, share } = { seq: 1, share: run.state.shares[0] };
    if (share === undefined) throw new Error("there is one share");
    const { workerId, epoch } = share;
    const quiet = { type: "snapshot", workerId, epoch, share: share.share, seq } as const;
    const effects = run.tell({
      ...{ ...quiet, watermark: 1, lastSecond: -1, totals: null, oldest: 1, startLateUs: null },
    });
    expect(closes(effects)).toEqual(["0", "1"]);
  });

  test("after a stop: the seconds up to the stop still close, as they hold what was lost", () => {
    const run = new RunUnderTest({ durationMs: 60_000 });
    run.start(1);
    run.snapshot(0, 1, 0);
    run.nowMs += 2_500;
    run.tell({ type: "stopRequested" });
    const effects = run.lose("w0");
    expect(effects[0]).toMatchObject({ type: "countLost", fromSecond: 1 });
    expect(closes(effects)).toEqual(["1", "2"]);
    expect(run.state.phase).toBe("STOPPED");
  });

  test("after a stop: a share that never reports its end is given up after the graceful stop", () => {
    const run = new RunUnderTest({ durationMs: 600_000 });
    run.start(1);
    run.nowMs += 2_500;
    run.tell({ type: "stopRequested" });
    run.tickAfter(settings.gracefulStopMs + 10_000);
    expect(run.state.phase).toBe("STOPPED");
  });
});

describe("a run that may be done before its time is up", () => {
  const open = { durationMs: 600_000, minDurationMs: 0 };

  test("ends with its last iteration", () => {
    const run = new RunUnderTest(open);
    run.start(2);
    run.nowMs += 10_000;
    run.snapshot(0, 1, 9, "final");
    run.snapshot(1, 1, 9, "final");
    expect(run.state.nextSecond).toBe(10);
    expect(run.state.phase).toBe("COMPLETED");
  });

  test("does so, too, when a worker was lost on the way", () => {
    const run = new RunUnderTest(open);
    run.start(2);
    run.nowMs += 5_000;
    run.snapshot(0, 1, 4);
    run.lose("w1");
    run.nowMs += 5_000;
    run.snapshot(0, 2, 9, "final");
    expect(run.state.phase).toBe("COMPLETED");
    expect(run.state.nextSecond).toBe(10);
  });
});

describe("take-over", () => {
  const redistribute = {
    lostWorkers: "redistribute",
    durationMs: 10_000,
    minDurationMs: 10_000,
  } as const;

  test("what a lost share leaves is asked for once it is fenced, and again until it is had", () => {
    const run = new RunUnderTest(redistribute);
    run.start(2);
    const effects = run.lose("w1");
    expect(kinds(effects)).toEqual(["countLost", "handOver"]);
    expect(kinds(run.tickAfter(250))).toEqual(["handOver"]);
    const heirs = run.handOver("0/1", 2_345, "w0", "w2");
    expect(kinds(heirs)).toEqual(["assign"]);
    expect(run.state.shares.map((s) => [s.share, s.workerId, s.cutMs])).toEqual([
      ["0/0", "w0", null],
      ["0/1", "w1", 2_345],
      ["0/1/0", "w0", null],
      ["0/1/1", "w2", null],
    ]);
    expect(run.tickAfter(250)).toEqual([]);
    expect(run.handOver("0/1", 5_000, "w0")).toEqual([]);
  });

  test("an heir runs when it is ready, and seconds from its beginning on wait for it", () => {
    const run = new RunUnderTest(redistribute);
    run.start(2);
    run.lose("w1");
    run.handOver("0/1", 2_345, "w0");
    expect(closes(run.snapshot(0, 1, 4))).toEqual(["0", "1"]);
    const ref = { workerId: "w0", share: "0/1/0", epoch: 1 };
    run.tell({ type: "ready", ...ref, clockOffsetUs: 1, clockErrorUs: 2 });
    expect(run.state.shares[2]?.phase).toBe("running");
    const first = { type: "snapshot", ...ref, seq: 1, watermark: 3, lastSecond: 3 } as const;
    const merged = run.tell({ ...first, oldest: 1, startLateUs: 7, totals: null });
    expect(closes(merged)).toEqual(["2", "3"]);
    expect(run.state.shares[2]?.startLateUs).toBe(7);
  });

  test("heirs that are found after the load was ended get nothing", () => {
    const run = new RunUnderTest(redistribute);
    run.start(2);
    run.lose("w1");
    run.tell({ type: "slaBroken", reason: "a line is broken" });
    expect(run.handOver("0/1", 3_000, "w0", "w2")).toEqual([]);
    expect(run.state.shares).toHaveLength(2);
  });

  test("an heir is lost and handed over like any other", () => {
    const run = new RunUnderTest(redistribute);
    run.start(2);
    run.lose("w1");
    run.handOver("0/1", 2_000, "w2");
    expect(kinds(run.lose("w2"))).toEqual(["countLost", "handOver"]);
    run.handOver("0/1/0", 4_000, "w0");
    expect(run.state.shares.at(-1)?.share).toBe("0/1/0/0");
  });

  test("a worker that was heard after all is not fenced: nothing changes", () => {
    const run = new RunUnderTest(redistribute);
    run.start(2);
    const before = run.state;
    run.tell({ type: "workersLost", workerIds: ["w1"] });
    run.tell({ type: "fenced", shares: [] });
    expect(run.state).toEqual(before);
  });

  test("while nobody is there the run waits for a worker, and its seconds close as partial", () => {
    const run = new RunUnderTest(redistribute);
    run.start(1);
    expect(run.lose("w0").filter((e) => e.type === "close")).toEqual([]);
    expect(closes(run.tickAfter(4_000))).toEqual(["0p"]);
    expect(run.state.phase).toBe("RUNNING");
    run.handOver("0/0", 6_000, "w1");
    expect(run.state.phase).toBe("RUNNING");
  });

  test("and fails when none comes for 15 s", () => {
    const run = new RunUnderTest({ ...redistribute, durationMs: 60_000 });
    run.start(1);
    run.lose("w0");
    run.tickAfter(14_999);
    expect(run.state.phase).toBe("RUNNING");
    run.tickAfter(1);
    expect(run.state).toMatchObject({
      phase: "FAILED",
      failure: expect.stringContaining("no worker is left"),
    });
  });

  test("a share that is handed back goes on to its end while others take the rest", () => {
    const run = new RunUnderTest({ durationMs: 10_000, minDurationMs: 10_000 });
    run.start(2);
    const ref = { workerId: "w1", share: "0/1", epoch: 1 };
    const effects = run.tell({ type: "handback", ...ref, cutMs: 3_000, reason: "leaving" });
    expect(kinds(effects)).toEqual(["handOver"]);
    expect(run.tell({ type: "handback", ...ref, cutMs: 4_000, reason: "leaving" })).toEqual([]);
    run.handOver("0/1", 3_000, "w0");
    expect(run.state.shares[1]).toMatchObject({
      phase: "running",
      handbackMs: 3_000,
      cutMs: 3_000,
    });
    run.snapshot(1, 1, 3, "final");
    expect(run.state.shares[1]?.phase).toBe("final");
    expect(run.state.phase).toBe("RUNNING");
  });

  test("snapshots that are gone for good are counted as gaps, and what is left is merged", () => {
    const run = new RunUnderTest();
    run.start(1);
    const ref = { workerId: "w0", share: "0/0", epoch: 1 };
    const ahead = { type: "snapshot", ...ref, seq: 4, watermark: 3, lastSecond: 3 } as const;
    expect(run.tell({ ...ahead, oldest: 1, startLateUs: null, totals: null })).toEqual([]);
    const effects = run.tell({ ...ahead, oldest: 4, startLateUs: null, totals: null });
    expect(kinds(effects)[0]).toBe("merge");
    expect(run.state.shares[0]).toMatchObject({ seq: 4, gaps: 3 });
  });

  test("reports of older epochs, other workers and after the end are refused, and counted", () => {
    const run = new RunUnderTest({ durationMs: 10_000, minDurationMs: 10_000 });
    run.start(2);
    run.snapshot(0, 1, 0);
    // One that was merged before is acknowledged again.
    expect(kinds(run.snapshot(0, 1, 0))).toEqual(["acknowledge"]);
    expect(run.state.refusedReports).toBeUndefined();
    run.lose("w1");
    expect(run.snapshot(1, 1, 0)).toEqual([]);
    expect(run.state.refusedReports).toBe(1);
    expect(run.snapshot(7, 1, 0)).toEqual([]);
    expect(run.state.refusedReports).toBe(2);
    run.handOver("0/1", 3_000, "w0");
    run.snapshot(0, 2, 9, "final");
    expect(kinds(run.snapshot(0, 2, 9, "final"))).toEqual(["acknowledge"]);
    expect(run.state.refusedReports).toBe(2);
    run.snapshot(0, 3, 9);
    expect(run.state).toMatchObject({ phase: "RUNNING", refusedReports: 3 });
  });
});
