import { describe, expect, test } from "vitest";
import type { ScriptKind } from "../wire/script.ts";
import type { RunEffect } from "./runMessages.ts";
import { scriptsOf } from "./runScripts.ts";
import { kinds, RunUnderTest } from "./runs.testing.ts";

const LIMIT_MS = 60_000;

class ScriptedRun extends RunUnderTest {
  constructor(...scripts: ScriptKind[]) {
    super({ scripts: { kinds: scripts, limitMs: LIMIT_MS } });
  }

  ended(
    kind: ScriptKind,
    change: { workerId?: string; epoch?: number; ok?: boolean; reason?: string } = {},
  ): RunEffect[] {
    const result = { ok: true, reason: "", variables: { token: "secret" }, requests: 1, steps: [] };
    return this.tell({
      ...{ type: "scriptEnded", share: kind, workerId: "w0", epoch: 1 },
      ...{ ...result, ...change },
    });
  }

  /** The directory has raised the epoch of its first attempt. */
  fenced(kind: ScriptKind): RunEffect[] {
    return this.tell({ type: "scriptFenced", kind, attempt: 1 });
  }

  /** Set up, if it is to be; started on workers w0 and w1. */
  begin(): void {
    this.place("w0", "w1");
    this.ended("setup");
    this.ready(0, "w0");
    this.ready(1, "w1");
    this.nowMs = this.state.startAtMs ?? this.nowMs;
  }

  /** Both workers report their end, and every second closes. */
  workOff(): RunEffect[] {
    this.nowMs += 3_000;
    return [0, 1].flatMap((k) => this.snapshot(k, 1, 2, "final"));
  }
}

describe("setup", () => {
  test("comes before any share is handed out, on one worker", () => {
    const run = new ScriptedRun("setup");
    expect(run.place("w0", "w1")).toEqual([{ type: "runScript", kind: "setup" }]);
    expect(kinds(run.ended("setup"))).toEqual(["assign"]);
    expect(scriptsOf(run.state).variables).toEqual({ token: "secret" });
    run.ready(0, "w0");
    expect(kinds(run.ready(1, "w1"))).toEqual(["start"]);
  });

  test("that fails fails the run by its name, and nothing is torn down", () => {
    const run = new ScriptedRun("setup", "teardown");
    run.place("w0");
    const reason = 'step "login": status 403';
    expect(kinds(run.ended("setup", { ok: false, reason }))).toEqual(["abort", "finish"]);
    expect(run.state).toMatchObject({ phase: "FAILED", failure: `setup failed: ${reason}` });
    expect(scriptsOf(run.state).variables).toEqual({});
  });

  test("has its own time, and the barrier's begins after it", () => {
    const run = new ScriptedRun("setup");
    run.place("w0");
    expect(run.tickAfter(LIMIT_MS - 1)).toEqual([]);
    run.ended("setup");
    expect(run.tickAfter(29_999)).toEqual([]);
    expect(run.state.phase).toBe("PREPARING");
  });

  test("that is not over in time fails the run and says so", () => {
    const run = new ScriptedRun("setup");
    run.place("w0");
    expect(kinds(run.tickAfter(LIMIT_MS))).toEqual(["abort", "finish"]);
    expect(run.state.failure).toBe("setup failed: not over within 60 s (on w0)");
  });

  test("whose worker dies is done anew, and the dead one's word counts no more", () => {
    const run = new ScriptedRun("setup");
    run.place("w0", "w1");
    const lost = run.tell({ type: "workersLost", workerIds: ["w0"] });
    expect(kinds(lost)).toEqual(["fenceScript", "fence"]);
    expect(kinds(run.fenced("setup"))).toEqual(["moveScript"]);
    const moved = { type: "scriptMoved", kind: "setup", attempt: 2, workerId: "w1" } as const;
    expect(run.tell(moved)).toEqual([{ type: "runScript", kind: "setup" }]);
    expect(run.tell(moved)).toEqual([]);
    expect(run.ended("setup")).toEqual([]);
    expect(run.ended("setup", { workerId: "w1", epoch: 1 })).toEqual([]);
    expect(kinds(run.ended("setup", { workerId: "w1", epoch: 2 }))).toEqual(["assign"]);
  });

  test("that was fenced is looked after until somebody does it, though its worker is heard again", () => {
    const run = new ScriptedRun("setup");
    run.place("w0");
    run.tell({ type: "workersLost", workerIds: ["w0"] });
    run.fenced("setup");
    // Its lease was over: what it says last is not heard, nor is it fenced again.
    expect(run.ended("setup", { ok: false })).toEqual([]);
    expect(kinds(run.tell({ type: "workersLost", workerIds: ["w0"] }))).not.toContain(
      "fenceScript",
    );
    expect(run.tickAfter(250)).toMatchObject([{ type: "moveScript", script: { attempt: 1 } }]);
    run.tell({ type: "scriptMoved", kind: "setup", attempt: 2, workerId: "w0" });
    expect(run.tickAfter(250)).toEqual([]);
    expect(kinds(run.ended("setup", { epoch: 2 }))).toEqual(["assign"]);
  });

  test("that nobody can be found for fails the run when its time is up", () => {
    const run = new ScriptedRun("setup");
    run.place("w0");
    run.fenced("setup");
    expect(kinds(run.tickAfter(LIMIT_MS - 1))).toEqual(["moveScript"]);
    expect(kinds(run.tickAfter(1))).toEqual(["abort", "finish"]);
  });

  test("holds shares back that went to another worker meanwhile", () => {
    const run = new ScriptedRun("setup");
    run.place("w0", "w1");
    const [share] = run.state.shares.slice(1);
    const anew = [{ ...share!, workerId: "w2", epoch: 2 }];
    expect(run.tell({ type: "reassigned", shares: anew })).toEqual([]);
    const [assign] = run.ended("setup");
    expect(assign).toMatchObject({ shares: [{ workerId: "w0" }, { workerId: "w2", epoch: 2 }] });
  });

  test("that is stopped ends the run at once", () => {
    const run = new ScriptedRun("setup", "teardown");
    run.place("w0");
    expect(kinds(run.tell({ type: "stopRequested" }))).toEqual(["abort", "finish"]);
    expect(run.ended("setup")).toEqual([]);
    expect(run.state.phase).toBe("STOPPED");
  });

  test("said twice hands out once", () => {
    const run = new ScriptedRun("setup");
    run.place("w0");
    run.ended("setup");
    expect(run.ended("setup")).toEqual([]);
    expect(run.ended("setup", { ok: false })).toEqual([]);
  });
});

describe("teardown", () => {
  test("comes when the load is over, and the run ends after it", () => {
    const run = new ScriptedRun("setup", "teardown");
    run.begin();
    expect(run.workOff().at(-1)).toEqual({ type: "runScript", kind: "teardown" });
    expect(run.state.phase).toBe("STOPPING");
    expect(run.tickAfter(1_000)).toEqual([]);
    expect(run.ended("teardown")).toEqual([{ type: "finish", end: "finished" }]);
    expect(run.state.phase).toBe("COMPLETED");
  });

  test.each([
    ["a stop", { type: "stopRequested" }, "stopped", "STOPPED"],
    ["a failure", { type: "broken", reason: "no disk" }, "failed", "FAILED"],
  ] as const)("comes after %s before the start, too", (_what, message, end, phase) => {
    const run = new ScriptedRun("setup", "teardown");
    run.place("w0");
    run.ended("setup");
    expect(kinds(run.tell(message))).toEqual(["abort", "runScript"]);
    expect(run.ended("teardown")).toEqual([{ type: "finish", end }]);
    expect(run.state.phase).toBe(phase);
  });

  test("comes after a failure of the load; the run fails by that", () => {
    const run = new ScriptedRun("teardown");
    run.begin();
    run.tell({ type: "broken", reason: "no disk" });
    expect(run.state).toMatchObject({ phase: "STOPPING", failure: "no disk" });
    // What workers still say changes nothing any more.
    expect(run.snapshot(0, 1, 0)).toEqual([]);
    run.ended("teardown", { ok: false, reason: "no" });
    expect(run.state).toMatchObject({ phase: "FAILED", failure: "no disk" });
  });

  test("is left out where nothing was begun", () => {
    const run = new ScriptedRun("teardown");
    run.place("w0");
    expect(kinds(run.tell({ type: "stopRequested" }))).toEqual(["abort", "finish"]);
  });

  test("that fails, or takes too long, does not fail the run", () => {
    for (const end of ["fails", "hangs"]) {
      const run = new ScriptedRun("teardown");
      run.begin();
      run.workOff();
      if (end === "fails") run.ended("teardown", { ok: false, reason: "no" });
      else run.tickAfter(LIMIT_MS);
      expect(run.state.phase).toBe("COMPLETED");
      expect(scriptsOf(run.state).states.teardown?.result?.ok).toBe(false);
    }
  });

  test("whose worker dies is done by another one", () => {
    const run = new ScriptedRun("teardown");
    run.begin();
    run.workOff();
    const lost = run.tell({ type: "workersLost", workerIds: ["w0"] });
    expect(lost).toMatchObject([{ type: "fenceScript", kind: "teardown" }]);
    expect(kinds(run.fenced("teardown"))).toEqual(["moveScript"]);
    expect(kinds(run.tickAfter(250))).toEqual(["moveScript"]);
    run.tell({ type: "scriptMoved", kind: "teardown", attempt: 2, workerId: "w1" });
    expect(run.ended("teardown")).toEqual([]);
    expect(kinds(run.ended("teardown", { workerId: "w1", epoch: 2 }))).toEqual(["finish"]);
  });
});
