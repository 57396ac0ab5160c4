import { fileRefSchema } from "../scenario/files.ts";
import { z } from "zod";
import { scenarioSchema } from "../scenario/scenarioSchema.ts";
import { listedWorkerSchema } from "../wire/heartbeat.ts";

const isoTime = z.iso.datetime();
const count = z.number().int().nonnegative();

/** A stored scenario: the document as parsed, with what the store adds. */
export const storedScenarioSchema = scenarioSchema
  .extend({ id: z.string(), ownerId: z.string(), createdAt: isoTime, updatedAt: isoTime })
  .meta({ id: "Scenario" });
export type StoredScenario = z.infer<typeof storedScenarioSchema>;

/** Answer to `POST /scenarios`; `runId` is there when a run was started at once. */
export const createdScenarioSchema = storedScenarioSchema
  .extend({ runId: z.string().optional() })
  .meta({ id: "CreatedScenario" });

/**
 * The curve of one workload, for drawing: `points` of its rate in arrivals per second, or
 * `userPoints` of its users when they decide when they begin.
 */
export const previewWorkloadSchema = z.object({
  name: z.string(),
  total: count.nullable().meta({ description: "Iterations; null when only the run will tell." }),
  peakRps: z.number(),
  peakUsers: count,
  startSecond: z.number(),
  durationSeconds: z.number(),
  points: z.array(z.object({ seconds: z.number(), rps: z.number() })),
  userPoints: z.array(z.object({ seconds: z.number(), users: z.number() })),
  plannedPerSecond: z
    .array(count)
    .meta({ description: "Arrivals due in each second, for runs of at most an hour." }),
});

export const previewSchema = z
  .object({
    durationSeconds: z.number(),
    totalIterations: count.nullable(),
    totalRequests: count.nullable(),
    workloads: z.array(previewWorkloadSchema),
    warnings: z.array(z.string()).meta({
      description: "What the workers that are there now may not be able to carry.",
    }),
  })
  .meta({ id: "Preview" });
export type Preview = z.infer<typeof previewSchema>;

/** A worker as `GET /workers` lists it. */
export const workerViewSchema = listedWorkerSchema
  .omit({ workerId: true, lastSeenMs: true, lagMs: true })
  .extend({ id: z.string(), lag: z.number(), lastSeen: isoTime, runId: z.string().nullable() })
  .omit({ reservedFor: true })
  .meta({ id: "Worker" });
export type WorkerView = z.infer<typeof workerViewSchema>;

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), total: count });
}

export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  offset: z.coerce.number().int().min(0).default(0),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

export const storedFileSchema = fileRefSchema.meta({
  id: "StoredFile",
  description: "A file that scenarios may name.",
});
