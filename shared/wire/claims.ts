import { z } from "zod";
import { sharePathSchema } from "./task.ts";

/**
 * Iterations are claimed in blocks before they begin, so that fast workers do more of them and none
 * is done twice. A claim that is asked again (its answer was lost) is answered as before.
 */
const count = z.number().int().nonnegative();

export const claimSchema = z.object({
  runId: z.string().min(1),
  share: sharePathSchema,
  epoch: z.int().min(1),
  /** The engine thread that asks; its requests count from 1. */
  thread: count,
  request: z.int().min(1),
  want: z.int().min(1),
  /** Iterations of the workload. */
  limit: count,
  /** Engine threads that share them, about. */
  parts: z.int().min(1),
});
export type Claim = z.infer<typeof claimSchema>;

/** Iterations from `first` on; a count of 0 says that none is left for this share. */
export const grantSchema = z.object({ first: count, count });
export type Grant = z.infer<typeof grantSchema>;

/** The workload a share is part of: the first number of its path. */
export const workloadOf = (share: string) => Number(share.slice(0, share.indexOf("/")));
