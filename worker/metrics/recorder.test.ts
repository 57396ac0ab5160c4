import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import { histogramOf } from "@onrush/shared/metrics/deltas.testing.ts";
import { WorkloadAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import type { Outcome, RequestResult } from "./dueSecond.ts";
import { Recorder } from "./recorder.ts";

interface Flushed {
  due: DueDelta[];
  wall: WallDelta[];
}

/** Everything flushed so far, by second. */
class Collected {
  readonly seconds = new Map<number, WorkloadAccumulator>();

  add({ due, wall }: Flushed): void {
    for (const delta of due) this.at(delta.second).addDue(delta);
    for (const delta of wall) this.at(delta.second).addWall(delta);
  }

  at(second: number): WorkloadAccumulator {
    const known = this.seconds.get(second) ?? new WorkloadAccumulator();
    this.seconds.set(second, known);
    return known;
  }
}

const result = (change: Partial<RequestResult>): RequestResult => ({
  ...{ step: 0, dueUs: 0, sentUs: 0, endUs: 0, outcome: "ok", status: 200, error: "" },
  ...{ beganUs: 0, writtenUs: -1, firstByteUs: -1, opened: null, checksPassed: 0 },
  namedOutcome: -1,
  ...change,
});
const outcome = fc.constantFrom<Outcome>("ok", "failed", "neutral", "interrupted");

type Action = { kind: "started" | "dropped" | "request" | "iteration" | "flush" } & {
  dueMs: number;
  tookMs: number;
  stepMs: number;
  outcome: Outcome;
  step: number;
};
const actions = fc.array(
  fc.record<Action>({
    kind: fc.constantFrom("started", "dropped", "request", "iteration", "flush"),
    dueMs: fc.nat({ max: 12_000 }),
    tookMs: fc.nat({ max: 9_000 }),
    stepMs: fc.nat({ max: 900 }),
    outcome,
    step: fc.nat({ max: 2 }),
  }),
  { maxLength: 40 },
);

describe("the recorder", () => {
  test("counts out what is counted in, whatever the order and however late", () => {
    fc.assert(
      fc.property(actions, (list) => {
        const recorder = new Recorder();
        const wanted = new Collected();
        const got = new Collected();
        const response = new Map<number, number[]>();
        let nowUs = 0;
        for (const action of list) {
          nowUs += action.stepMs * 1000;
          const dueUs = Math.min(action.dueMs * 1000, nowUs);
          const second = Math.floor(dueUs / 1e6);
          const due = wanted.at(second);
          switch (action.kind) {
            case "started":
              recorder.started(dueUs, nowUs - dueUs, nowUs);
              due.started++;
              wanted.at(Math.floor(nowUs / 1e6)).lateness.record(nowUs - dueUs);
              break;
            case "dropped":
              recorder.dropped(dueUs, "late");
              due.dropped["late"] = (due.dropped["late"] ?? 0) + 1;
              break;
            case "request": {
              const { step, outcome: how, tookMs } = action;
              const endUs = dueUs + tookMs * 1000;
              recorder.request(
                result({ step, dueUs, beganUs: dueUs, sentUs: dueUs, endUs, outcome: how }),
              );
              due.step(step)[how]++;
              if (how === "interrupted") break;
              due.step(step).statusCodes["200"] = (due.step(step).statusCodes["200"] ?? 0) + 1;
              due.step(step).response.record(endUs - dueUs);
              due.step(step).service.record(endUs - dueUs);
              due.step(step).phase("blocked").record(0);
              response.set(second, [...(response.get(second) ?? []), endUs - dueUs]);
              break;
            }
            case "iteration":
              recorder.iteration(dueUs, action.outcome, action.tookMs * 1000);
              due.iterations[action.outcome]++;
              if (action.outcome !== "interrupted")
                due.iterationDuration.record(action.tookMs * 1000);
              break;
            case "flush": {
              const watermark = Math.floor(nowUs / 1e6) - 1;
              const flushed = recorder.flush(watermark);
              const seconds = [...flushed.due, ...flushed.wall].map((delta) => delta.second);
              expect(Math.max(-1, ...seconds)).toBeLessThanOrEqual(watermark);
              got.add(flushed);
            }
          }
        }
        got.add(recorder.flushAll());
        const nothing = new WorkloadAccumulator().toSecond(0);
        const seen = new Set([...wanted.seconds.keys(), ...got.seconds.keys()]);
        for (const second of seen) {
          // Late wall times count to the oldest second still open, so lateness is compared in sum.
          const [a, b] = [got, wanted].map((all) => ({
            ...all.at(second).toSecond(0),
            lateness: nothing.lateness,
          }));
          expect(a).toEqual(b);
        }
        const lateness = (all: Collected) =>
          [...all.seconds.values()].reduce((sum, part) => sum + part.lateness.sumUs, 0);
        expect(lateness(got)).toBe(lateness(wanted));
      }),
      { numRuns: 60 },
    );
  });

  test("after everything is flushed nothing is left", () => {
    const recorder = new Recorder();
    recorder.started(1_500_000, 0, 1_500_000);
    recorder.request(result({ dueUs: 200_000 }));
    recorder.flushAll();
    expect(recorder.flushAll()).toEqual({ due: [], wall: [] });
  });

  test("a flush leaves what is beyond the watermark for later, at any distance", () => {
    const recorder = new Recorder();
    for (const second of [0, 1, 2, 7]) recorder.started(second * 1e6, 0, second * 1e6);
    const secondsOf = ({ due, wall }: Flushed) =>
      [due, wall].map((d) => d.map((one) => one.second));
    expect(secondsOf(recorder.flush(1))).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(secondsOf(recorder.flush(1))).toEqual([[], []]);
    expect(secondsOf(recorder.flushAll())).toEqual([
      [2, 7],
      [2, 7],
    ]);
  });

  test("answers many seconds late count to the second their arrival was due in", () => {
    const recorder = new Recorder();
    recorder.started(0, 0, 0);
    recorder.flush(28);
    recorder.started(29e6, 0, 29e6);
    recorder.request(result({ dueUs: 0, sentUs: 1_000, endUs: 29_000_000 }));
    const { due } = recorder.flush(28);
    expect(due).toMatchObject([{ second: 0, started: 0, steps: [{ ok: 1 }] }]);
    const late = new Collected();
    late.add({ due, wall: [] });
    expect(late.at(0).step(0).response).toEqual(histogramOf([29_000_000]));
    expect(late.at(0).step(0).service).toEqual(histogramOf([28_999_000]));
  });

  test("very many late records are all kept", () => {
    const recorder = new Recorder();
    recorder.started(60e6, 0, 60e6);
    const [records, seconds] = [45_000, 30];
    for (let i = 0; i < records; i++) recorder.dropped((i % seconds) * 1e6, "late");
    const all = new Collected();
    all.add(recorder.flush(59));
    const counts = Array.from({ length: seconds }, (_, s) => all.at(s).dropped["late"]);
    expect(counts).toEqual(Array.from({ length: seconds }, () => records / seconds));
  });
});

describe("a recorded request", () => {
  test.each<[string, Partial<RequestResult>, object]>([
    [
      "an answer",
      { status: 404, outcome: "failed" },
      { failed: 1, statusCodes: { 404: 1 }, errors: {} },
    ],
    [
      "an error without an answer",
      { status: 0, error: "timeout", outcome: "failed" },
      { failed: 1, statusCodes: {}, errors: { timeout: 1 } },
    ],
    [
      "an interrupted one has no result",
      { outcome: "interrupted", error: "interrupted", status: 0 },
      { interrupted: 1, statusCodes: {}, errors: {} },
    ],
  ])("%s", (_name, change, wanted) => {
    const recorder = new Recorder();
    recorder.request(result(change));
    expect(recorder.flushAll().due[0]?.steps[0]).toMatchObject(wanted);
  });

  test("that never left has a response time but no service time", () => {
    const recorder = new Recorder();
    recorder.request(result({ sentUs: -1, endUs: 500, status: 0, error: "refused" }));
    const step = recorder.flushAll().due[0]?.steps[0];
    expect([step?.response.length === 0, step?.service.length === 0]).toEqual([false, true]);
  });

  test("counts to every check of its step, unless it was interrupted", () => {
    const recorder = new Recorder({ checks: [["ok", "fast"], []], outcomes: [] });
    recorder.started(10e6, 0, 10e6);
    // The last of them are late: kept as values first.
    for (const dueUs of [9e6, 10e6, 1e6]) {
      recorder.request(result({ dueUs, endUs: dueUs + 5, checksPassed: 0b11 }));
      recorder.request(result({ dueUs, endUs: dueUs + 5, checksPassed: 0b01, outcome: "failed" }));
      recorder.request(result({ dueUs, endUs: dueUs + 5, status: 0, outcome: "failed" }));
      recorder.request(result({ dueUs, endUs: dueUs + 5, outcome: "interrupted" }));
    }
    recorder.request(result({ step: 1, dueUs: 10e6, endUs: 10e6 + 5 }));
    const { due } = recorder.flushAll();
    const all = new Collected();
    all.add({ due, wall: [] });
    for (const second of [9, 10, 1]) {
      expect(all.at(second).step(0).checks).toEqual({
        ok: { passed: 2, failed: 1 },
        fast: { passed: 1, failed: 2 },
      });
    }
    expect(all.at(10).step(1).checks).toEqual({});
  });

  test("counts to the outcomes of its step by name, two of one name together", () => {
    const outcomes = [[{ name: "a" }, { name: "b" }, { name: "a" }]];
    const recorder = new Recorder({ checks: [], outcomes });
    recorder.started(10e6, 0, 10e6);
    for (const dueUs of [10e6, 1e6]) {
      for (const namedOutcome of [0, 1, 2, -1]) {
        recorder.request(result({ dueUs, endUs: dueUs + 5, namedOutcome }));
      }
    }
    const counted = recorder.flushAll().due.map(({ steps }) => steps[0]?.outcomes);
    expect(counted).toEqual([
      { a: 2, b: 1 },
      { a: 2, b: 1 },
    ]);
  });

  test("is copied when kept: the caller may use its object again", () => {
    const recorder = new Recorder();
    recorder.started(10e6, 0, 10e6);
    const reused = result({ dueUs: 1e6, endUs: 1_000_005 });
    recorder.request(reused);
    Object.assign(reused, { outcome: "failed", dueUs: 5e6 });
    expect(recorder.flushAll().due[0]).toMatchObject({ second: 1, steps: [{ ok: 1, failed: 0 }] });
  });
});
