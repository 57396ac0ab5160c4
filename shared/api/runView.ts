import { z } from "zod";
import { countsSchema, outcomeSchema } from "../metrics/delta.ts";
import { phases } from "../metrics/phases.ts";
import { runStateSchema } from "../run/runState.ts";
import { scriptStepSchema } from "../wire/script.ts";
import { slaResultSchema } from "./slaResult.ts";

const count = z.number().int().nonnegative();
const ms = z.number().nonnegative();
const isoTime = z.iso.datetime();

/** Latency statistics in milliseconds. */
export const latencySchema = z
  .object({
    count,
    ...{ avg: ms, min: ms, max: ms, sd: ms },
    ...{ p50: ms, p75: ms, p90: ms, p95: ms, p99: ms, p999: ms },
  })
  .meta({ id: "Latency", description: "Milliseconds; zeros when nothing was recorded." });

/** Iterations: scheduled = started + dropped + lost; started = ok + failed + neutral + interrupted. */
export const ledgerSchema = outcomeSchema
  .extend({
    scheduled: count,
    started: count,
    dropped: count,
    lost: count,
    maybeSent: count,
    droppedBy: countsSchema,
  })
  .meta({ id: "Ledger" });
export type Ledger = z.infer<typeof ledgerSchema>;

export const verdictSchema = z
  .object({
    sla: z.enum(["PASSED", "FAILED", "NONE"]),
    validity: z.enum(["VALID", "SUSPECT", "INVALID"]),
    reasons: z.array(z.string()),
  })
  .meta({ id: "Verdict" });
export type Verdict = z.infer<typeof verdictSchema>;

const requestCounts = outcomeSchema.extend({ sent: count });

/** How often a check held. `percent` is 0 to 100. */
export const checkResultSchema = z
  .object({
    name: z.string(),
    workload: z.string().default("").meta({ description: "Steps have names within theirs." }),
    step: z.string(),
    passed: count,
    failed: count,
    percent: z.number().min(0).max(100),
  })
  .meta({ id: "CheckResult" });
export type CheckResult = z.infer<typeof checkResultSchema>;

const trafficShape = {
  requests: requestCounts,
  rps: z.number().nonnegative(),
  errorRate: z.number().nonnegative().meta({ description: "failed ÷ (ok + failed + neutral)" }),
  successRate: z.number().nonnegative().meta({ description: "0 to 100" }),
  response: latencySchema.meta({ description: "From the moment a request was due." }),
  service: latencySchema.meta({ description: "From the moment a request was sent." }),
  phases: z.partialRecord(z.enum(phases), latencySchema).meta({
    description: "Where the time of requests went, as far as the transport can see it.",
  }),
  redirects: count.default(0).meta({
    description:
      "Requests more that followed redirects; the target counts requests.sent + redirects.",
  }),
  bytes: z.object({ sent: count, received: count }),
  statusCodes: countsSchema,
  errors: countsSchema,
  outcomes: countsSchema,
  checks: z.array(checkResultSchema).default([]).meta({
    description:
      "An answered request counts to each check of its step, one without an answer as failed.",
  }),
};

const vusSchema = z
  .object({ max: count })
  .meta({ description: "Virtual users there at once, at most; 0 in open workloads." });

const tagsView = z
  .record(z.string(), z.string())
  .default({})
  .meta({ description: "As the scenario gives them, those of groups around it included." });

export const stepSummarySchema = z.object({
  name: z.string(),
  tags: tagsView,
  ...trafficShape,
});
export const groupSummarySchema = z.object({
  name: z.string(),
  workload: z.string(),
  tags: tagsView,
  count: count.meta({ description: "Groups that ended: ok + failed." }),
  ok: count,
  failed: count.meta({ description: "A request in the group failed." }),
  duration: latencySchema.meta({
    description: "From when its first request was due to its last answer, pauses included.",
  }),
});
export type GroupSummary = z.infer<typeof groupSummarySchema>;

export const workloadSummarySchema = z.object({
  name: z.string(),
  iterations: ledgerSchema,
  iterationDuration: latencySchema,
  vus: vusSchema,
  ...trafficShape,
  steps: z.array(stepSummarySchema),
});

/** One stage of a workload's load profile: the seconds that begin in it. */
export const stageSummarySchema = z.object({
  workload: z.string(),
  stage: z.int().min(1),
  fromSecond: count,
  toSecond: count.meta({ description: "Inclusive." }),
  iterations: count,
  requests: requestCounts,
  rps: z.number().nonnegative(),
  errorRate: z.number().nonnegative(),
  response: latencySchema,
  service: latencySchema,
});
export type StageSummary = z.infer<typeof stageSummarySchema>;

/** How many of the seconds with load told of the generator rather than of the target, and in how many what did. */
export const badSecondsSchema = z.object({ count, of: count, by: countsSchema });
export type BadSeconds = z.infer<typeof badSecondsSchema>;

export const summarySchema = z
  .object({
    durationSeconds: z.number().nonnegative(),
    ...trafficShape,
    requests: requestCounts.extend({
      maybeSent: count.optional().meta({
        description:
          "What lost workers may have sent besides: sent ≤ the target's count ≤ sent + maybeSent.",
      }),
    }),
    iterations: ledgerSchema,
    iterationDuration: latencySchema,
    vus: vusSchema,
    lateness: latencySchema.meta({ description: "Dispatch minus due, the generator's own delay." }),
    badSeconds: badSecondsSchema
      .optional()
      .meta({ description: "Of an ended run; by kind, and a second may be bad for several." }),
    workloads: z.array(workloadSummarySchema),
    steps: z.array(stepSummarySchema),
    groups: z.array(groupSummarySchema).default([]),
    stages: z.array(stageSummarySchema).optional().meta({
      description: "Of an ended run; the first 100 of all workloads' load profiles.",
    }),
  })
  .meta({ id: "Summary" });
export type Summary = z.infer<typeof summarySchema>;
export type Traffic = Pick<Summary, keyof typeof trafficShape>;

export const shareViewSchema = z
  .object({
    share: z.string(),
    workload: z.string(),
    workerId: z.string(),
    epoch: count,
    state: z.enum(["assigned", "accepted", "ready", "running", "final", "lost"]),
    planned: count,
    started: count,
    dropped: count,
    watermark: z.number().int(),
    sent: count,
    clockOffsetUs: z.number().nullable(),
    clockErrorUs: z.number().nullable(),
    startSkewMs: z
      .number()
      .nullable()
      .default(null)
      .meta({ description: "How long after the common start instant it began; null before." }),
  })
  .meta({ id: "Share" });
export type ShareView = z.infer<typeof shareViewSchema>;

export const runEventSchema = z
  .object({
    at: isoTime,
    kind: z.enum(["state", "info", "warning", "error"]),
    text: z.string(),
  })
  .meta({ id: "RunEvent" });
export type RunEvent = z.infer<typeof runEventSchema>;

/** Setup or teardown of a run; its requests are counted nowhere else. */
export const scriptViewSchema = z
  .object({
    state: z.enum(["running", "ok", "failed", "interrupted"]),
    reason: z.string().meta({ description: "Why it failed; empty when it did not." }),
    requests: count,
    steps: z.array(scriptStepSchema).meta({ description: "Its requests, the first 200." }),
  })
  .meta({ id: "Script", description: "Steps that are done once per run, apart from its load." });
export type ScriptView = z.infer<typeof scriptViewSchema>;

export const runViewSchema = z
  .object({
    id: z.string(),
    scenarioId: z.string(),
    scenarioName: z.string(),
    ownerId: z.string(),
    state: runStateSchema,
    createdAt: isoTime,
    startedAt: isoTime.nullable(),
    endedAt: isoTime.nullable(),
    queuePosition: count.nullable().meta({ description: "1 is next; null when not queued." }),
    plannedSeconds: z.number(),
    numWorkers: count,
    summary: summarySchema.nullable(),
    ledger: ledgerSchema,
    verdict: verdictSchema,
    sla: z.array(slaResultSchema).default([]),
    setup: scriptViewSchema.nullable().default(null),
    teardown: scriptViewSchema.nullable().default(null),
    refusedReports: count.default(0).meta({
      description:
        "Snapshots that came of an older epoch, of another worker, or after the end of a share. They changed nothing.",
    }),
    shares: z.array(shareViewSchema),
    events: z.array(runEventSchema),
  })
  .meta({ id: "Run" });
export type RunView = z.infer<typeof runViewSchema>;
