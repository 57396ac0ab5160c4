import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DueDelta, WallDelta } from "../metrics/delta.ts";
import { dueDelta, histogramOf, wallDelta } from "../metrics/deltas.testing.ts";
import { SecondAccumulator } from "../metrics/secondAccumulator.ts";
import type { RunSecond } from "../metrics/second.ts";
import { encodeSparse } from "../metrics/sparseHistogram.ts";
import { planSla, SlaEvaluation, slaVerdict } from "./slaEvaluation.ts";
import type { InterruptedEnds } from "./slaInterrupted.ts";
import type { SlaWorkload } from "./slaScope.ts";

const END = 12;

const workload = (name: string): SlaWorkload => ({
  ...{ name, startMs: 0 },
  load: {
    type: "arrivals",
    ...{ curve: { durationMs: END * 1000, segments: [] }, arrival: "uniform", devices: 0 },
  },
  stages: [
    { startMs: 0, endMs: 4_000 },
    { startMs: 4_000, endMs: END * 1000 },
  ],
  steps: [{ name: "a" }, { name: "b", tags: { team: "x" } }, { name: "c" }],
  groups: [{ name: "g" }, { name: "h", tags: { team: "x" } }],
});
const workloads = [workload("w"), workload("v")];

const NOTHING = new Uint8Array(0);
interface Second {
  sent?: number;
  /** Latencies of answers, milliseconds. */
  ok?: readonly number[];
  failed?: number;
  interrupted?: number;
}

function deltas(second: number, part: Second): { due: DueDelta; wall: WallDelta } {
  const { ok = [], failed = 0, interrupted = 0, sent = ok.length + failed + interrupted } = part;
  const response = encodeSparse(histogramOf(ok.map((ms) => ms * 1000)));
  const ended = { ok: ok.length, failed, neutral: 0, interrupted };
  const names = { statusCodes: {}, errors: {}, outcomes: {}, checks: {}, phases: {} };
  return {
    due: {
      ...{ second, started: sent, dropped: {}, iterationDuration: NOTHING, ...ended },
      steps: [{ step: 0, ...ended, ...names, response, service: response }],
    },
    wall: {
      ...{ second, inFlight: 0, users: 0, connections: 0, lateness: NOTHING },
      steps: [{ step: 0, sent, completed: 0, bytesSent: 0, bytesReceived: 0, redirects: 0 }],
    },
  };
}

function closed(second: number, part: Second) {
  const accumulator = new SecondAccumulator(second);
  const { due, wall } = deltas(second, part);
  accumulator.workload(0).addDue(due);
  accumulator.workload(0).addWall(wall);
  return accumulator.toRecord(1, false);
}

const live = (...lines: string[]) => SlaEvaluation.live(planSla(lines, workloads));

type Progress = Parameters<SlaEvaluation["judge"]>[0];

const progress = (second: number, change: Partial<Progress> = {}): Progress => ({
  ...{ closedSeconds: second + 1, loadEndSeconds: END, isComplete: true },
  ...{ isLoadOn: true, isLast: false, ...change },
});

/** Feeds seconds one after the other; answers in which of them lines were told to be broken. */
function run(evaluation: SlaEvaluation, seconds: readonly Second[]): number[] {
  return seconds.flatMap((part, second) => {
    evaluation.add(closed(second, part));
    return evaluation.judge(progress(second)).map(() => second);
  });
}

/** A line's result on final seconds. */
function ended(line: string, seconds: readonly RunSecond[], ends: InterruptedEnds) {
  const evaluation = live(line);
  for (const second of seconds) evaluation.add(second);
  const final = evaluation.final(() => ends);
  seconds.forEach((second, i) => {
    final.add(second);
    final.judge(progress(i, { isLast: i === seconds.length - 1 }));
  });
  return final.results[0];
}

const good: Second = { ok: [10, 10, 10, 10] };
const slow: Second = { ok: [900, 900, 900, 900] };

describe("windows", () => {
  test("slide by a second, and the first is whole", () => {
    const evaluation = live("avg < 300ms over 3s");
    expect(run(evaluation, [slow, good])).toEqual([]);
    expect(evaluation.results[0]?.status).toBe("NONE");
    expect(run(live("avg < 300ms over 3s"), [slow, good, good, good, slow, good])).toEqual([2]);
  });

  test("count only when so many in a row are broken", () => {
    const text = "avg < 500ms over 1s for 3";
    expect(run(live(text), [slow, slow, good, slow, slow, good])).toEqual([]);
    expect(run(live(text), [slow, slow, good, slow, slow, slow])).toEqual([5]);
  });

  test("begin after the warm-up, and lie in their stage", () => {
    expect(run(live("p50 < 500ms over 1s after 2s"), [slow, slow, good, good])).toEqual([]);
    expect(run(live("p50 < 500ms over 1s after 2s"), [slow, slow, slow])).toEqual([2]);
    const inStage = "workload(w).p50 < 500ms over 2s in stage(2)";
    expect(run(live(inStage), [slow, slow, slow, slow, good, good])).toEqual([]);
    expect(run(live(inStage), [good, good, good, good, slow, slow])).toEqual([5]);
  });

  test("end with the load: what is sent less after it breaks nothing", () => {
    const evaluation = live("rps >= 4 over 2s");
    for (let second = 0; second < 5; second++) {
      evaluation.add(closed(second, second < 3 ? good : {}));
      expect(evaluation.judge(progress(second, { loadEndSeconds: 3.5 }))).toEqual([]);
    }
    expect(slaVerdict(evaluation.results)).toBe("PASSED");
  });

  const line = fc.constantFrom(
    ...["p95 < 1s over 3s", "avg(service) < 1s over 1s", "min(iteration) < 1s over 4s"],
    ...["rps < 500 over 2s", "errorRate < 40% over 3s", "step(b).p50 < 1s over 2s"],
    ...["tag(team=x).successRate > 50% over 3s", "workload(v).status(5xx) < 9% over 2s"],
    ...["dropped < 10% over 3s", "lost < 100 over 2s", "p99(lateness) < 9s over 3s"],
    ...["group(h).p90 < 1s over 2s", "tag(team=x).group(h).errorRate < 50% over 2s"],
    ...["checks > 50% over 2s", "bytes < 2kb over 2s", "max < 9s", "requests < 3000", "sd < 1s"],
  );

  test(
    "whatever comes late, a line's value is that of its seconds merged anew",
    { timeout: 60_000 },
    () => {
      const said = fc.array(
        fc.record({
          due: dueDelta,
          wall: wallDelta,
          workload: fc.nat({ max: 1 }),
          lost: fc.nat({ max: 9 }),
          closes: fc.boolean(),
        }),
        { minLength: 3, maxLength: 15 },
      );
      fc.assert(
        fc.property(line, said, (text, list) => {
          const seconds = Array.from({ length: END }, (_, second) => new SecondAccumulator(second));
          const evaluation = live(text);
          let next = 0;
          const at = (second: number) => seconds[second] as SecondAccumulator;
          for (const { due, wall, workload: w, lost, closes } of list) {
            at(due.second).workload(w).addDue(due);
            at(due.second).workload(w).lost += lost;
            at(wall.second).workload(w).addWall(wall);
            if (due.second < next) {
              evaluation.addDue(w, due);
              evaluation.addLost(w, due.second, lost);
            }
            if (wall.second < next) evaluation.addWall(w, wall);
            if (closes && next < 10) evaluation.add(at(next++).toRecord(1, false));
          }
          while (next < 10) evaluation.add(at(next++).toRecord(1, false));
          const fresh = live(text);
          for (const second of seconds.slice(0, 10)) fresh.add(second.toRecord(1, false));
          evaluation.judge(progress(9));
          fresh.judge(progress(9));
          expect(evaluation.results).toEqual(fresh.results);
        }),
        { numRuns: 80 },
      );
    },
  );
});

describe("unanswered requests", () => {
  const stalled: Second = { sent: 4 };

  test("count at their age: a target that answers nothing breaks a window", () => {
    const evaluation = live("p95 < 500ms over 3s abort");
    expect(run(evaluation, [stalled, stalled, stalled])).toEqual([2]);
    expect(evaluation.results[0]).toMatchObject({
      ...{ status: "FAILED", aborted: true, failedAtSecond: 2 },
      // The oldest have waited for two seconds at least.
      value: 2000,
    });
  });

  test("have no service time yet: they may not even be sent", () => {
    const evaluation = live("p95(service) < 500ms over 3s", "max(service) < 1s");
    expect(run(evaluation, [stalled, stalled, stalled, { ...good, sent: 8 }])).toEqual([]);
    expect(evaluation.results).toMatchObject([{ value: 10 }, { value: 10 }]);
  });

  test("tell nothing while they are younger than a second", () => {
    expect(run(live("p95 < 500ms over 1s"), [stalled])).toEqual([]);
    expect(run(live("p95 < 500ms over 1s"), [stalled, good])).toEqual([1]);
  });

  test.each([
    ["p95 < 500ms over 1s abort", 1],
    ["p95 < 1s over 1s abort", 2],
    ["p95 < 2500ms over 2s abort", 4],
    ["p95 < 500ms over 1s for 3 abort", 3],
  ])("break a window that is shorter than the limit, once they are older: %s", (line, told) => {
    const evaluation = live(line);
    expect(
      run(
        evaluation,
        Array.from({ length: 7 }, () => stalled),
      ),
    ).toEqual([told]);
    const ageMs = 1000 * (told - (evaluation.results[0]?.failedAtSecond ?? 0));
    expect(evaluation.results[0]).toMatchObject({ aborted: true, value: expect.any(Number) });
    expect(evaluation.results[0]?.value).toBeGreaterThanOrEqual(ageMs);
  });

  test("break no window whose answers came in time after all", () => {
    const evaluation = live("p95 < 1500ms over 1s");
    const late = { ok: [1_200, 1_200, 1_200, 1_200], sent: 0 };
    for (let second = 0; second < 8; second++) {
      evaluation.add(closed(second, stalled));
      if (second > 0) evaluation.addDue(0, deltas(second - 1, late).due);
      expect(evaluation.judge(progress(second))).toEqual([]);
    }
  });

  test("count no more when their answers have come", () => {
    const evaluation = live("max < 1500ms over 3s");
    evaluation.add(closed(0, stalled));
    evaluation.judge(progress(0));
    evaluation.addDue(0, deltas(0, { ok: [1_100, 1_100, 1_100, 1_100], sent: 0 }).due);
    evaluation.add(closed(1, good));
    evaluation.add(closed(2, good));
    expect(evaluation.judge(progress(2))).toEqual([]);
    expect(evaluation.results[0]).toMatchObject({ status: "PASSED", value: 1100 });
  });

  test("have not failed yet, for shares of failures", () => {
    const evaluation = live("errorRate < 50% over 1s", "successRate > 50% over 1s");
    expect(run(evaluation, [{ sent: 4, failed: 1 }])).toEqual([]);
    expect(evaluation.results.map(({ value }) => value)).toEqual([25, 75]);
  });

  test("are left out where a share has not reported: it may have the answers", () => {
    const evaluation = live("p95 < 500ms over 3s", "rps >= 4 over 3s");
    for (let second = 0; second < 3; second++) {
      evaluation.add(closed(second, { sent: 1 }));
      expect(evaluation.judge(progress(second, { isComplete: false }))).toEqual([]);
    }
  });

  test("that were interrupted at the end have waited until then", () => {
    const seconds = [closed(0, { ok: [10], interrupted: 3 })];
    const until = (untilSeconds: number) => new Map([[0, { untilSeconds, atMost: 3 }]]);
    expect(ended("p95 < 9s", seconds, until(30))).toMatchObject({
      ...{ status: "FAILED", failedAtSecond: 0, value: 29_000 },
    });
    expect(ended("p95 < 9s", seconds, null)).toMatchObject({ status: "PASSED", value: 10 });
  });

  test.each(["max", "max(iteration)"])(
    "that were interrupted in the middle of a run have not waited for its end: %s",
    (metric) => {
      const interrupted = new Map([
        [0, 50],
        [9, 2],
      ]);
      const seconds = Array.from({ length: END }, (_, second) =>
        closed(second, { ok: [10], interrupted: interrupted.get(second) ?? 0 }),
      );
      const ends = new Map([[0, { untilSeconds: 15, atMost: 2 }]]);
      expect(ended(`${metric} < 9s`, seconds, ends)).toMatchObject({
        ...{ status: "PASSED", value: 5_000 },
      });
      expect(ended(`${metric} < 4s over 3s`, seconds, ends)?.failedAtSecond).toBe(9);
    },
  );

  test("of each workload have waited until its own end", () => {
    const second = (at: number, workload: number) => {
      const accumulator = new SecondAccumulator(at);
      accumulator.workload(workload).addDue(deltas(at, { interrupted: 1 }).due);
      return accumulator.toRecord(1, false);
    };
    const seconds = [second(0, 0), second(1, 1)];
    const end = (untilSeconds: number) => ({ untilSeconds, atMost: 1 });
    const ends = new Map([
      [0, end(3)],
      [1, end(30)],
    ]);
    expect(ended("max < 9s", seconds, ends)).toMatchObject({ status: "FAILED", value: 28_000 });
    expect(ended("min < 1s", seconds, ends)).toMatchObject({ status: "FAILED", value: 2_000 });
  });
});

describe("a line without a window", () => {
  test("is about everything up to now, and may come right again", () => {
    const evaluation = live("avg < 300ms");
    run(evaluation, [slow]);
    expect(evaluation.results[0]).toMatchObject({ status: "FAILED", failedAtSecond: 0 });
    const [later] = [live("avg < 300ms")];
    run(later, [slow, good, good, good]);
    expect(later.results[0]).toMatchObject({ status: "PASSED", failedAtSecond: null });
  });

  test("ends the load at once with abort, and for good", () => {
    const evaluation = live("avg < 300ms abort");
    expect(run(evaluation, [good, slow, good, good, good, good])).toEqual([1]);
    expect(evaluation.results[0]).toMatchObject({ status: "FAILED", aborted: true });
    const planned = planSla(["avg < 300ms abort"], workloads);
    const after = SlaEvaluation.live(planned, evaluation.results);
    run(after, [good, good, good]);
    expect(after.results).toEqual(evaluation.results);
    const final = evaluation.final(() => null);
    run(final, [good, good]);
    expect(final.results).toEqual(evaluation.results);
  });

  test("of a count that has to stay breaks as soon as it is above", () => {
    expect(run(live("errors == 1 abort"), [good, { failed: 1 }, good, { failed: 1 }])).toEqual([3]);
    const final = live("errors == 1").final(() => null);
    final.add(closed(0, good));
    final.judge(progress(0, { isLast: true }));
    expect(final.results[0]).toMatchObject({ status: "FAILED", value: 0 });
  });

  test("of a count that has to be reached is judged at the end", () => {
    const evaluation = live("requests >= 100");
    run(evaluation, [good, good]);
    expect(evaluation.results[0]?.status).toBe("NONE");
    const final = live("requests >= 9").final(() => null);
    final.add(closed(0, good));
    final.add(closed(1, good));
    final.judge(progress(1, { isLast: true }));
    expect(final.results[0]).toMatchObject({ status: "FAILED", value: 8 });
  });
});

test.each(["requests >= 50 in stage(2)", "rps >= 5 after 3s", "iterations > 0 after 3s"])(
  "what a stop left nothing of is not judged: %s",
  (line) => {
    const stopped = { loadEndSeconds: 2.5 };
    const evaluation = live(`workload(w).${line}`);
    const seconds = [good, good, good, {}, {}, {}].map((part, second) => closed(second, part));
    for (const record of seconds) {
      evaluation.add(record);
      evaluation.judge(progress(record.second, stopped));
    }
    const final = evaluation.final(() => null);
    for (const record of seconds) {
      final.add(record);
      final.judge(progress(record.second, { ...stopped, isLast: record.second === 5 }));
    }
    for (const { results } of [evaluation, final]) {
      expect(results).toMatchObject([{ status: "NONE", value: null }]);
    }
  },
);

test("since when a line is broken is not told by what had come right again before", () => {
  const planned = planSla(["avg < 300ms"], workloads);
  const first = SlaEvaluation.live(planned);
  run(first, [slow]);
  const next = SlaEvaluation.live(planned, first.results, 1);
  run(next, [slow, good, good, good, slow, slow, slow]);
  expect(next.results).toMatchObject([{ status: "FAILED", failedAtSecond: 4 }]);
});

test("after the load nothing can end it", () => {
  const evaluation = live("avg < 300ms over 1s abort");
  evaluation.add(closed(0, slow));
  expect(evaluation.judge(progress(0, { isLoadOn: false }))).toMatchObject([{ aborted: false }]);
});
