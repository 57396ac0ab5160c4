import { z } from "zod";
import { countsSchema, healthSchema, outcomeSchema } from "../metrics/delta.ts";
import { phases } from "../metrics/phases.ts";
import { latencySchema, runEventSchema, runViewSchema } from "./runView.ts";

const count = z.number().int().nonnegative();

const stepViewSchema = outcomeSchema.extend({
  name: z.string(),
  workload: z.string().default("").meta({ description: "Steps have names within theirs." }),
  sent: count,
  redirects: count.default(0),
  response: latencySchema,
  service: latencySchema,
});

/** One second of a run for charts; a higher `rev` of the same second replaces a lower one. */
export const secondViewSchema = outcomeSchema
  .extend({
    second: count,
    rev: count,
    partial: z.boolean(),
    ...{ planned: count, started: count, lost: count, dropped: count },
    droppedBy: countsSchema,
    sent: count.meta({ description: "Requests sent in this wall second: the rate." }),
    completed: count,
    inFlight: count,
    users: count.meta({ description: "Virtual users; 0 in open workloads." }),
    connections: count,
    bytesSent: count,
    bytesReceived: count,
    redirects: count.default(0).meta({ description: "Requests more that followed redirects." }),
    response: latencySchema,
    service: latencySchema,
    phases: z
      .partialRecord(z.enum(phases), z.number().nonnegative())
      .meta({ description: "Average milliseconds of each phase." }),
    latenessP99Ms: z.number().nonnegative(),
    statusCodes: countsSchema,
    errors: countsSchema,
    steps: z.array(stepViewSchema),
    workers: z.record(z.string(), healthSchema),
    bad: z.array(z.string()).meta({
      description: "Why this second tells of the generator rather than of the target; [] is good.",
    }),
  })
  .meta({ id: "Second" });
export type SecondView = z.infer<typeof secondViewSchema>;

/** `GET /scenarios/{id}/stats/realtime`: the latest run over its last closed seconds. */
export const realtimeStatsSchema = z
  .object({
    scenarioId: z.string(),
    runId: z.string().nullable(),
    runState: z.string().nullable(),
    windowSeconds: count.meta({ description: "Seconds really covered, at most lastNSeconds." }),
    totalRequests: count,
    successRate: z.number().min(0).max(100),
    avgLatencyMs: z.number(),
    p50LatencyMs: z.number(),
    p95LatencyMs: z.number(),
    p99LatencyMs: z.number(),
    serviceAvgLatencyMs: z.number(),
    serviceP50LatencyMs: z.number(),
    serviceP95LatencyMs: z.number(),
    serviceP99LatencyMs: z.number(),
    currentRps: z.number(),
    statusCodeDistribution: countsSchema,
    errorDistribution: countsSchema,
  })
  .meta({ id: "RealtimeStats" });
export type RealtimeStats = z.infer<typeof realtimeStatsSchema>;

/** What `WS /live?runId=` sends: the past first, then one second a second. */
export const liveMessageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("history"),
    run: runViewSchema,
    seconds: z.array(secondViewSchema),
  }),
  secondViewSchema.extend({ type: z.literal("second"), runId: z.string() }),
  z.object({ type: z.literal("event"), runId: z.string(), event: runEventSchema }),
  z.object({ type: z.literal("run"), run: runViewSchema }),
]);
export type LiveMessage = z.infer<typeof liveMessageSchema>;
