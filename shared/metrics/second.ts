import { z } from "zod";
import {
  dueDeltaSchema,
  healthSchema,
  stepDueSchema,
  stepWallSchema,
  wallDeltaSchema,
} from "./delta.ts";

/**
 * A run's merged data for one second, as it is stored. A second closes when every live share has
 * passed it, or as `partial`; later corrections raise `rev`, and a higher revision replaces.
 */

const count = z.number().int().nonnegative();

export const stepSecondSchema = stepDueSchema.extend(stepWallSchema.shape);
export type StepSecond = z.infer<typeof stepSecondSchema>;

export const workloadSecondSchema = dueDeltaSchema
  .omit({ second: true, steps: true })
  .extend(wallDeltaSchema.omit({ second: true, steps: true }).shape)
  .extend({ workload: count, lost: count, steps: z.array(stepSecondSchema) });
export type WorkloadSecond = z.infer<typeof workloadSecondSchema>;

export const runSecondSchema = z.object({
  second: count,
  rev: count,
  partial: z.boolean(),
  workloads: z.array(workloadSecondSchema),
  /** Worker id to its health in this second. */
  workers: z.record(z.string(), healthSchema),
});
export type RunSecond = z.infer<typeof runSecondSchema>;
