import { z } from "zod";
import { runReportSchema } from "../report/runReport.ts";

/** What a comparison of two runs is made of, and what it says. */

/** Of each run: what its report has of it. */
export const runSampleSchema = runReportSchema.pick({
  ...{ id: true, scenarioName: true, state: true, startedAt: true, numWorkers: true },
  ...{ verdict: true, summary: true, scenario: true, intervals: true },
});
export type RunSample = z.infer<typeof runSampleSchema>;

export const comparedMetrics = ["p50", "p95", "p99", "rps", "errorRate"] as const;
export type ComparedMetric = (typeof comparedMetrics)[number];

export const comparisonVerdicts = ["better", "worse", "same", "unclear"] as const;
export type ComparisonVerdict = (typeof comparisonVerdicts)[number];

const ratio = z.number().nonnegative().nullable();
const comparedRunSchema = runSampleSchema.pick({
  ...{ id: true, scenarioName: true, state: true, startedAt: true, verdict: true },
});

export const comparisonSchema = z
  .object({
    baseline: comparedRunSchema,
    candidate: comparedRunSchema,
    threshold: z.number().nonnegative().meta({
      description: "How much of the baseline a difference has to be to count: 0.05 is 5 %.",
    }),
    metrics: z.array(
      z.object({
        name: z.enum(comparedMetrics).meta({
          description: "p50, p95, p99: response time in ms; rps: sent per second.",
        }),
        baseline: z.number(),
        candidate: z.number(),
        ratio: ratio.meta({
          description: "candidate ÷ baseline; null when the baseline is 0 and the candidate not.",
        }),
        low: ratio.meta({ description: "Lower end of the 95 % interval of the ratio." }),
        high: ratio.meta({
          description: "Upper end; null beyond all numbers, and when there is no interval.",
        }),
        verdict: z.enum(comparisonVerdicts),
      }),
    ),
    verdict: z.enum(comparisonVerdicts).meta({
      description: "worse if any metric is; else better if any is; else same, or unclear.",
    }),
    notes: z.array(z.string()).meta({ description: "What makes the comparison doubtful." }),
  })
  .meta({ id: "Comparison" });
export type Comparison = z.infer<typeof comparisonSchema>;

export const DEFAULT_THRESHOLD_PERCENT = 5;

/** `GET /runs/{id}/compare` */
export const compareQuerySchema = z.strictObject({
  to: z.string().min(1).meta({ description: "The baseline: the run that {id} is compared to." }),
  threshold: z.coerce
    .number()
    .min(0)
    .max(1000)
    .default(DEFAULT_THRESHOLD_PERCENT)
    .meta({ description: "Per cent of the baseline that a difference has to exceed." }),
});
