import { z } from "zod";
import { dataSchema } from "../data/dataSchema.ts";
import { onErrorSchema } from "../flow/flowSchema.ts";
import { taskHttpSchema } from "../scenario/http.ts";
import { plainHttp } from "../scenario/httpOptions.ts";
import {
  arrivals,
  connectionsSchema,
  distributionSchema,
  overloads,
  pacings,
} from "../scenario/pacing.ts";
import { filesSchema } from "../scenario/files.ts";
import { stepDefaultsSchema } from "../scenario/requestFields.ts";
import { flowElementSchema, transports } from "../scenario/scenarioSchema.ts";
import { scriptKindSchema } from "./script.ts";

const count = z.number().int().nonnegative();

export const rateCurveSchema = z.object({
  durationMs: count,
  segments: z.array(
    z.object({ startMs: count, endMs: count, fromMilliRps: count, toMilliRps: count }),
  ),
});

export const loadSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("arrivals"),
    curve: rateCurveSchema,
    arrival: z.enum(arrivals),
    devices: count,
  }),
  z.object({ type: z.literal("users"), curve: rateCurveSchema, paceMs: count }),
  z.object({
    type: z.literal("iterations"),
    iterations: count,
    concurrency: z.int().min(1),
    maxDurationMs: z.int().min(1),
  }),
]);

export const ownershipLevelSchema = z.object({
  offset: count,
  weights: z.union([z.int().min(1), z.array(z.int().min(1)).min(1).readonly()]),
  index: count,
});

/**
 * `workload/part`, and one more number for each time a share was split: `0/3`, `0/3/1`. What is done
 * once per run goes by its own name.
 */
export const sharePathSchema = z.string().regex(/^(setup|teardown|\d+(\/\d+)+)$/);

/**
 * A share with its epoch and fencing token, as it is queued for a worker. The epoch counts how
 * often the share was handed out; the token grows with each owner of the run, and a worker refuses
 * commands that carry a lower one than it has seen.
 */
export const taskSchema = z.object({
  runId: z.string().min(1),
  share: sharePathSchema,
  epoch: z.int().min(1),
  token: z.int().min(1),
  /** The workload's start, from the start of the run. */
  startMs: count,
  load: loadSchema,
  /** Divides arrivals, users or, of iterations, the users that work them off. */
  ownership: z.array(ownershipLevelSchema).min(1),
  steps: z.array(flowElementSchema).min(1),
  defaults: stepDefaultsSchema.default({ outcomes: [] }),
  onError: onErrorSchema.optional(),
  cookies: z.boolean().optional(),
  /** The workload's own, made of the scenario's. */
  seed: count,
  /** The data sets of the steps, and the seed of their rows: the same for every workload. */
  data: dataSchema.default({}),
  dataSeed: count.default(0),
  /** The files of data sets and requests, by the name that they have there. */
  files: filesSchema.default({}),
  thinkTime: distributionSchema.nullable(),
  overload: z.object({ policy: z.enum(overloads), maxDelayMs: z.int().min(1) }),
  pacing: z.enum(pacings),
  /** What this share may open to one origin. */
  connections: connectionsSchema,
  /** Iterations of this share in flight at once; what is due beyond it is dropped. */
  maxInFlight: z.int().min(1),
  transport: z.enum(transports),
  http: taskHttpSchema.default(plainHttp),
  requestTimeoutMs: z.int().min(1),
  rejectUnauthorized: z.boolean(),
  gracefulStopMs: count,
  /**
   * Where a take-over begins, from the start of the run: users and iterations begin nothing before.
   * Arrivals know it from the offset of their ownership. 0 for a share that was never taken over.
   */
  fromMs: count.default(0),
  /** Values that setup has extracted, by the names of the variables. */
  constants: z.record(z.string(), z.string()).optional(),
  /** Set where the steps are to be done once, by one user: there is no load then. */
  script: scriptKindSchema.optional(),
  /** The round that users begin with, so that a take-over repeats no iteration number. */
  firstRound: count.default(0),
});
export type Task = z.infer<typeof taskSchema>;

/** Names a task in logs, queues and maps. */
export function taskKey(task: { runId: string; share: string }): string {
  return `${task.runId} ${task.share}`;
}
