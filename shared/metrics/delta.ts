import { z } from "zod";
import { phases } from "./phases.ts";

/**
 * What a worker reports: deltas, additive numbers for one second of one share. The *due* part is
 * keyed by the second in which arrivals were due, the *wall* part by the second in which things
 * happened; both seconds count from the start of the run. Histograms are sparse bytes
 * (`sparseHistogram.ts`), latencies in microseconds.
 */

const count = z.number().int().nonnegative();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "needs bytes");
/** Counts by name: a status code, an error kind, a drop reason. */
export const countsSchema = z.record(z.string(), count);
export type Counts = Record<string, number>;

export const outcomeSchema = z.object({
  ok: count,
  failed: count,
  neutral: count,
  interrupted: count,
});
/** How things ended; an interrupted one had no answer when the run ended. */
export type OutcomeCounts = z.infer<typeof outcomeSchema>;

/** How often each check held, by its name. Older documents have none. */
export const checkCountsSchema = z.record(z.string(), z.object({ passed: count, failed: count }));
export type CheckCounts = z.infer<typeof checkCountsSchema>;

/** Requests of one step, by due second. */
export const stepDueSchema = outcomeSchema.extend({
  step: count,
  statusCodes: countsSchema,
  errors: countsSchema,
  outcomes: countsSchema,
  checks: checkCountsSchema.default({}),
  response: bytes,
  service: bytes,
  phases: z.partialRecord(z.enum(phases), bytes).default({}),
});
export type StepDue = z.infer<typeof stepDueSchema>;

/** Groups of steps that have ended, by the second in which they were due to begin. */
export const groupDueSchema = z.object({ group: count, ok: count, failed: count, duration: bytes });
export type GroupDue = z.infer<typeof groupDueSchema>;

/** Iterations of one share, by due second. */
export const dueDeltaSchema = outcomeSchema.extend({
  second: count,
  started: count,
  dropped: countsSchema,
  iterationDuration: bytes,
  steps: z.array(stepDueSchema),
  /** Left out where there are none. */
  groups: z.array(groupDueSchema).optional(),
});
export type DueDelta = z.infer<typeof dueDeltaSchema>;

export const stepWallSchema = z.object({
  step: count,
  sent: count,
  completed: count,
  bytesSent: count,
  bytesReceived: count,
  /** Requests more that followed redirects, in the second in which their chain ended. */
  redirects: count.default(0),
});
export type StepWall = z.infer<typeof stepWallSchema>;

/** One share, by wall second. `inFlight`, `users` and `connections` are the highest of the second. */
export const wallDeltaSchema = z.object({
  second: count,
  inFlight: count,
  /** Virtual users who are there; 0 in an open workload. */
  users: count.default(0),
  connections: count,
  lateness: bytes,
  steps: z.array(stepWallSchema),
});
export type WallDelta = z.infer<typeof wallDeltaSchema>;

/** A resource of the worker that runs out: what is left of it, and what there is. */
export const headRoomSchema = z.object({ left: count, limit: count });
export type HeadRoom = z.infer<typeof headRoomSchema>;

/**
 * How the generator itself was, by wall second and worker. Not additive: each report of a second
 * holds what all shares of the worker have reported of it so far, so `mergeHealth` brings two of
 * them together. What is optional came later than the first stored documents.
 */
export const healthSchema = z.object({
  second: count,
  /** CPU of the engine threads over the cores they may use, 0 to 1. */
  cpu: z.number().nonnegative(),
  rssBytes: count,
  /** Bits per second on the targets' connections, in millions. */
  mbps: z.number().nonnegative(),
  /** 99th percentile of the engine threads' event-loop delay. */
  lagMs: z.number().nonnegative(),
  /** CPU of the whole worker process, in cores. */
  processCpu: z.number().nonnegative().optional(),
  latenessP99Ms: z.number().nonnegative().optional(),
  /** Of all shares and threads together, each at its highest of the second. */
  inFlight: count.optional(),
  connections: count.optional(),
  /** Local ports to the busiest destination; null where the system does not tell. */
  ports: headRoomSchema.nullable().optional(),
  /** File descriptors; null where the system does not tell. */
  files: headRoomSchema.nullable().optional(),
  /** Garbage collection in the engine threads: per second, added up, and the longest pause. */
  gcMs: z.number().nonnegative().optional(),
  gcMaxMs: z.number().nonnegative().optional(),
});
export type Health = z.infer<typeof healthSchema>;
