import type { Summary } from "../api/runView.ts";
import {
  type ComparedMetric,
  comparedMetrics,
  type Comparison,
  type ComparisonVerdict,
  type RunSample,
} from "./comparison.ts";
import { type MetricValues, Resampler } from "./resampling.ts";

/**
 * Compares two runs: the ratio of each metric, candidate ÷ baseline, with the interval in which 95
 * of 100 redrawn pairs of these runs have it. A difference counts when the interval leaves 1 out
 * and the ratio is further from 1 than the threshold.
 */

const RESAMPLES = 1_000;
const CONFIDENCE = 0.95;
/** From fewer spans nothing can be said about chance. */
const MIN_INTERVALS = 5;
/** The same runs are always compared alike. */
const SEED = 20_261;

const lowerIsBetter: Record<ComparedMetric, boolean> = {
  ...{ p50: true, p95: true, p99: true, rps: false, errorRate: true },
};

export interface CompareOptions {
  /** 0.05 is 5 %. */
  threshold: number;
}

function valuesOf({ response, rps, errorRate }: Summary): MetricValues {
  return { p50: response.p50, p95: response.p95, p99: response.p99, rps, errorRate };
}

/** Of nothing, nothing is as much and something is infinitely more. */
function ratioOf(candidate: number, baseline: number): number {
  if (baseline === 0) return candidate === 0 ? 1 : Infinity;
  return candidate / baseline;
}

const finite = (value: number | undefined) =>
  value === undefined || !Number.isFinite(value) ? null : value;

function judge(
  ratio: number,
  interval: { low: number; high: number } | undefined,
  isLowerBetter: boolean,
  threshold: number,
): ComparisonVerdict {
  if (interval === undefined) return "unclear";
  const isMore = interval.low > 1 && ratio > 1 + threshold;
  const isLess = interval.high < 1 && ratio < 1 - threshold;
  if (!isMore && !isLess) return "same";
  return isMore === isLowerBetter ? "worse" : "better";
}

function overall(verdicts: readonly ComparisonVerdict[]): ComparisonVerdict {
  const order = ["worse", "better", "unclear"] as const;
  return order.find((verdict) => verdicts.includes(verdict)) ?? "same";
}

function differences({ fingerprints: a }: RunSample["scenario"], b: RunSample["scenario"]) {
  const names = new Set([...Object.keys(a), ...Object.keys(b.fingerprints)]);
  return [...names].filter((name) => a[name] !== b.fingerprints[name]).sort();
}

function notesOf(baseline: RunSample, candidate: RunSample): string[] {
  const notes: string[] = [];
  if (baseline.id === candidate.id) notes.push("this is one run, compared to itself");
  for (const [name, run] of [
    ["baseline", baseline],
    ["candidate", candidate],
  ] as const) {
    const { validity } = run.verdict;
    if (validity !== "VALID") {
      notes.push(`the ${name} is ${validity}: its numbers tell of the generator, too`);
    }
    if (run.state !== "COMPLETED") notes.push(`the ${name} did not complete: it is ${run.state}`);
    if (run.intervals.length < MIN_INTERVALS) {
      const short = `the ${name} has ${run.intervals.length} seconds or spans`;
      notes.push(`${short}: at least ${MIN_INTERVALS} are needed to tell a difference from chance`);
    }
  }
  const changed = differences(baseline.scenario, candidate.scenario);
  if (changed.length > 0) notes.push(`the scenarios differ in ${changed.join(", ")}`);
  if (baseline.numWorkers !== candidate.numWorkers) {
    notes.push(`${baseline.numWorkers} and ${candidate.numWorkers} workers sent the load`);
  }
  return notes;
}

/** Sorted ratios of every metric over redrawn pairs; yields after each pair. */
function* redrawn(baseline: RunSample, candidate: RunSample) {
  const [a, b] = [new Resampler(baseline.intervals), new Resampler(candidate.intervals)];
  const ratios = new Map(comparedMetrics.map((name) => [name, new Float64Array(RESAMPLES)]));
  for (let n = 0; n < RESAMPLES; n++) {
    const [before, after] = [a.draw(SEED, 0, n), b.draw(SEED, 1, n)];
    for (const [name, all] of ratios) all[n] = ratioOf(after[name], before[name]);
    yield;
  }
  for (const all of ratios.values()) all.sort();
  return ratios;
}

function intervalOf(sorted: Float64Array | undefined) {
  if (sorted === undefined) return undefined;
  const tail = Math.floor((sorted.length * (1 - CONFIDENCE)) / 2);
  return { low: sorted[tail] ?? 1, high: sorted[sorted.length - 1 - tail] ?? 1 };
}

/**
 * The comparison, with a pause after each redrawn pair for callers that have more to do. Throws
 * RangeError when a run has no summary, or intervals that are no histograms.
 */
export function* compareStepwise(
  baseline: RunSample,
  candidate: RunSample,
  { threshold }: CompareOptions,
): Generator<void, Comparison> {
  if (baseline.summary === null || candidate.summary === null) {
    throw new RangeError("a run of which nothing was measured cannot be compared");
  }
  const canTell = Math.min(baseline.intervals.length, candidate.intervals.length) >= MIN_INTERVALS;
  const ratios = canTell ? yield* redrawn(baseline, candidate) : undefined;
  const [before, after] = [valuesOf(baseline.summary), valuesOf(candidate.summary)];
  const metrics = comparedMetrics.map((name) => {
    const ratio = ratioOf(after[name], before[name]);
    const interval = intervalOf(ratios?.get(name));
    return {
      ...{ name, baseline: before[name], candidate: after[name], ratio: finite(ratio) },
      ...{ low: finite(interval?.low), high: finite(interval?.high) },
      verdict: judge(ratio, interval, lowerIsBetter[name], threshold),
    };
  });
  const shown = ({ id, scenarioName, state, startedAt, verdict }: RunSample) => ({
    ...{ id, scenarioName, state, startedAt, verdict },
  });
  return {
    ...{ baseline: shown(baseline), candidate: shown(candidate), threshold, metrics },
    verdict: overall(metrics.map(({ verdict }) => verdict)),
    notes: notesOf(baseline, candidate),
  };
}

/** The comparison at once. */
export function compareRuns(
  baseline: RunSample,
  candidate: RunSample,
  options: CompareOptions,
): Comparison {
  const steps = compareStepwise(baseline, candidate, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
