import { z } from "zod";
import { Histogram } from "../metrics/histogram.ts";
import { highestAt, lowestAt } from "../metrics/histogramLayout.ts";
import { latencyStats } from "../metrics/latencyStats.ts";
import { percentileUs } from "../metrics/percentileUs.ts";
import type { RunNames, RunTotals } from "../metrics/summary.ts";

/** The latencies of a whole run, of one workload or of one step, as one merged histogram. */

export const latencyKinds = ["response", "service"] as const;
export type LatencyKind = (typeof latencyKinds)[number];

export interface HistogramChoice {
  kind: LatencyKind;
  workload?: string | undefined;
  /** A name that several workloads use stands for all of these steps. */
  step?: string | undefined;
}

/** Undefined when the run has no such workload or step. */
export function chooseHistogram(
  totals: RunTotals,
  names: RunNames,
  { kind, workload, step }: HistogramChoice,
): Histogram | undefined {
  const merged = new Histogram();
  let found = false;
  names.workloads.forEach((named, w) => {
    if (workload !== undefined && workload !== named.name) return;
    named.steps.forEach(({ name }, s) => {
      if (step !== undefined && step !== name) return;
      found = true;
      const measured = totals.workloads.get(w)?.steps.get(s);
      if (measured !== undefined) merged.add(measured[kind]);
    });
  });
  return found ? merged : undefined;
}

const ms = z.number().nonnegative();

export const histogramDocumentSchema = z
  .object({
    kind: z.enum(latencyKinds),
    workload: z.string().nullable().meta({ description: "null: all workloads." }),
    step: z.string().nullable().meta({ description: "null: all steps." }),
    count: z.int().nonnegative(),
    ...{ avg: ms, sd: ms, min: ms, max: ms },
    percentiles: z.array(z.object({ percent: z.number(), ms })).meta({
      description: "What that share of all values does not exceed.",
    }),
    buckets: z
      .array(z.object({ fromMs: ms, toMs: ms, count: z.int().positive() }))
      .meta({ description: "Every bucket that is not empty; both ends belong to it." }),
  })
  .meta({ id: "Histogram", description: "Latencies in milliseconds, merged over the whole run." });
export type HistogramDocument = z.infer<typeof histogramDocumentSchema>;

export const DEFAULT_PERCENTILES = [50, 75, 90, 95, 99, 99.9, 99.99, 100] as const;

export function histogramDocument(
  histogram: Histogram,
  { kind, workload, step }: HistogramChoice,
  percentiles: readonly number[] = DEFAULT_PERCENTILES,
): HistogramDocument {
  const { count, avg, sd, min, max } = latencyStats(histogram);
  const buckets: HistogramDocument["buckets"] = [];
  for (let i = histogram.firstIndex; i <= histogram.lastIndex; i++) {
    const inBucket = histogram.counts[i] as number;
    if (inBucket === 0) continue;
    buckets.push({ fromMs: lowestAt(i) / 1000, toMs: highestAt(i) / 1000, count: inBucket });
  }
  return {
    ...{ kind, workload: workload ?? null, step: step ?? null, count, avg, sd, min, max },
    percentiles: percentiles.map((percent) => ({
      ...{ percent, ms: percentileUs(histogram, percent) / 1000 },
    })),
    buckets,
  };
}
