import { describe, expect, test } from "vitest";
import type { RunView } from "../api/runView.ts";
import { uniformAt } from "../random/hashRandom.ts";
import { Intervals } from "../report/intervals.ts";
import { type MeasuredOptions, measuredRun, measuredSeconds } from "../report/reports.testing.ts";
import { compareRuns } from "./compareRuns.ts";
import { comparisonSchema, type RunSample } from "./comparison.ts";

function sample(options: MeasuredOptions = {}, over: Partial<RunView> = {}): RunSample {
  const { seconds = 30 } = options;
  const intervals = new Intervals(seconds);
  for (const record of measuredSeconds({ ...options, seconds })) intervals.add(record);
  const scenario = { name: "Shop", description: null, workloads: [], fingerprints: { seed: "1" } };
  const run = measuredRun({ ...options, seconds }, over);
  return { ...run, scenario, intervals: intervals.finish() };
}

/** Latencies around 10 ms times `factor`, drawn from `seed`: seconds differ as real ones do. */
const noisy = (seed: number, factor = 1) => ({
  latencyUs: (second: number, i: number) => {
    const slow = 0.9 + 0.2 * uniformAt(seed, 1, second);
    return Math.round(10_000 * factor * slow * (0.5 + uniformAt(seed, 2, second * 1_000 + i)));
  },
});

const compare = (a: RunSample, b: RunSample, threshold = 0.05) => compareRuns(a, b, { threshold });
const verdicts = (a: RunSample, b: RunSample, threshold?: number) =>
  Object.fromEntries(compare(a, b, threshold).metrics.map((m) => [m.name, m.verdict]));

describe("comparing two runs", () => {
  test("two draws from the same are the same", () => {
    const result = compare(sample(noisy(1)), sample(noisy(2), { id: "run-b" }));
    expect(result.verdict).toBe("same");
    expect(result.notes).toEqual([]);
    for (const { ratio, low, high } of result.metrics) {
      expect(low ?? NaN).toBeLessThanOrEqual(ratio ?? NaN);
      expect(high ?? NaN).toBeGreaterThanOrEqual(ratio ?? NaN);
    }
    expect(comparisonSchema.parse(result)).toEqual(result);
  });

  test("slower by a fifth is worse, and the other way round better", () => {
    const [a, b] = [sample(noisy(1)), sample(noisy(2, 1.2))];
    expect(verdicts(a, b)).toMatchObject({ p50: "worse", p95: "worse", rps: "same" });
    expect(verdicts(b, a)).toMatchObject({ p50: "better", p95: "better" });
    const p50 = compare(a, b).metrics[0];
    expect(p50?.ratio).toBeGreaterThan(1.1);
    expect(p50?.low).toBeGreaterThan(1);
    expect(compare(a, b).verdict).toBe("worse");
  });

  test("what is below the threshold is the same, however certain", () => {
    expect(verdicts(sample(noisy(1)), sample(noisy(2, 1.2)), 0.5)).toMatchObject({ p50: "same" });
  });

  test("one slow second is chance, not a regression", () => {
    const spike = {
      latencyUs: (second: number, i: number) =>
        second === 7 ? 900_000 : noisy(2).latencyUs(second, i),
    };
    expect(verdicts(sample(noisy(1)), sample(spike))).toMatchObject({ p50: "same" });
    const p99 = compare(sample(noisy(1)), sample(spike)).metrics[2];
    expect(p99?.low).toBeLessThanOrEqual(1.1);
  });

  test("fewer requests per second are worse, more are better", () => {
    const [a, b] = [sample({ perSecond: 40, failed: 2 }), sample({ perSecond: 20 })];
    expect(verdicts(a, b).rps).toBe("worse");
    expect(verdicts(b, a).rps).toBe("better");
  });

  test("errors where there were none are worse, without a ratio", () => {
    const { metrics } = compare(sample({ failed: 0 }), sample({ failed: 1 }));
    expect(metrics.at(-1)).toMatchObject({ ratio: null, low: null, high: null, verdict: "worse" });
    const none = compare(sample({ failed: 0 }), sample({ failed: 0 })).metrics.at(-1);
    expect(none).toMatchObject({ ratio: 1, low: 1, high: 1, verdict: "same" });
  });

  test("the same runs are always compared alike", () => {
    const [a, b] = [sample(noisy(1)), sample(noisy(2))];
    expect(compare(a, b)).toEqual(compare(a, b));
  });

  test("a few seconds are too few to tell", () => {
    const result = compare(sample({ seconds: 3 }), sample({ seconds: 30 }));
    expect(result.verdict).toBe("unclear");
    expect(result.metrics[0]).toMatchObject({ low: null, high: null, verdict: "unclear" });
    expect(result.notes).toContainEqual(expect.stringContaining("at least 5 are needed"));
  });

  test("says what makes it doubtful", () => {
    const a = sample({}, { id: "a", verdict: { sla: "NONE", validity: "SUSPECT", reasons: [] } });
    const b = sample({}, { id: "b", state: "STOPPED", numWorkers: 3 });
    b.scenario.fingerprints = { seed: "2", loadProfile: "x" };
    expect(compare(a, b).notes).toEqual([
      "the baseline is SUSPECT: its numbers tell of the generator, too",
      "the candidate did not complete: it is STOPPED",
      "the scenarios differ in loadProfile, seed",
      "1 and 3 workers sent the load",
    ]);
  });

  test("nothing measured cannot be compared", () => {
    expect(() => compare(sample({}, { summary: null }), sample())).toThrow(RangeError);
  });
});
