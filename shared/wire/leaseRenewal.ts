import { z } from "zod";
import { beatReplySchema } from "./heartbeat.ts";
import { sharePathSchema } from "./task.ts";

/**
 * What a worker asks the controller that owns its runs when Redis does not answer it, or has
 * forgotten them: `POST /api/v1/leases`. Answered with 200 while the controller cannot use Redis
 * either, with 409 when it can: then Redis is the only one to ask.
 */
export const LEASES_PATH = "/leases";

export const leaseRequestSchema = z.object({
  workerId: z.string().min(1),
  shares: z.array(
    z.object({ runId: z.string().min(1), share: sharePathSchema, epoch: z.int().min(1) }),
  ),
});
export type LeaseRequest = z.infer<typeof leaseRequestSchema>;

/** Standings of the shares that the controller owns; `commands` of their runs. */
export const leaseReplySchema = beatReplySchema;
export type LeaseReply = z.infer<typeof leaseReplySchema>;
