import { z } from "zod";
import {
  dueDeltaSchema,
  healthSchema,
  outcomeSchema,
  wallDeltaSchema,
  countsSchema,
} from "../metrics/delta.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { readSnapshot } from "./readSnapshot.ts";
import { scriptKindSchema, scriptResultSchema } from "./script.ts";
import { sharePathSchema } from "./task.ts";
import { writeSnapshot } from "./writeSnapshot.ts";

/**
 * Everything a worker says about a run, in the order it says it, on the run's stream.
 *
 *   accepted  the task was taken from the queue and compiled
 *   refused   it could not be (the reason is for people)
 *   ready     connections are warm, the clock offset is known
 *   failed    it cannot go on, and the run with it (the reason is for people)
 *   handback  it begins nothing that is due at `cutMs` or later: somebody else has to; what it has
 *             begun it ends and reports, FINAL totals included
 *   scriptEnded  setup or teardown is over, said again until it is heard
 *   snapshot  numbered deltas; the last one carries the FINAL totals
 */

const count = z.number().int().nonnegative();

const shareRef = { workerId: z.string().min(1), share: sharePathSchema, epoch: z.int().min(1) };

/** Totals of one share from plain counters, independent of the recorder. */
export const shareTotalsSchema = z.object({
  /**
   * What fell due before the share ended: all of its arrivals unless it was stopped; of a closed
   * workload what it began or, its time being up, dropped.
   */
  scheduled: count,
  started: count,
  dropped: countsSchema,
  iterations: outcomeSchema,
  requests: outcomeSchema.extend({ sent: count }),
  /** Where its load ended, from the start of the run. */
  endedMs: count,
});
export type ShareTotals = z.infer<typeof shareTotalsSchema>;

export const acceptedSchema = z.object({ type: z.literal("accepted"), ...shareRef });
export const refusedSchema = z.object({
  type: z.literal("refused"),
  ...shareRef,
  reason: z.string(),
});
export const failedSchema = z.object({
  type: z.literal("failed"),
  ...shareRef,
  reason: z.string(),
});
/** `leaving`: the worker was asked to end. `noOwner`: it has heard of no controller for too long. */
export const handbackReasons = ["leaving", "noOwner"] as const;
export type HandbackReason = (typeof handbackReasons)[number];
export const handbackSchema = z.object({
  type: z.literal("handback"),
  ...shareRef,
  /** From the start of the run. */
  cutMs: count,
  reason: z.enum(handbackReasons),
});
export const scriptEndedSchema = z.object({
  type: z.literal("scriptEnded"),
  ...shareRef,
  share: scriptKindSchema,
  ...scriptResultSchema.shape,
});
export const readySchema = z.object({
  type: z.literal("ready"),
  ...shareRef,
  /** Common clock minus the worker's wall clock, and half the best round trip. */
  clockOffsetUs: z.number(),
  clockErrorUs: z.number().nonnegative(),
});
export const snapshotSchema = z.object({
  type: z.literal("snapshot"),
  ...shareRef,
  /** 1, 2, 3, … within share and epoch. */
  seq: z.int().min(1),
  /** Every arrival due before second watermark + 1 is dispatched or dropped, and reported. */
  watermark: z.int().min(-1),
  due: z.array(dueDeltaSchema),
  wall: z.array(wallDeltaSchema),
  health: z.array(healthSchema),
  /** The oldest seq that can still be had: what is older and never came is lost for good. */
  oldest: z.int().min(1).optional(),
  /** How long after the common start instant the share really began, microseconds. */
  startLateUs: z.number().optional(),
  /** FINAL: set in the last snapshot of the share. */
  totals: shareTotalsSchema.optional(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

const eventSchema = z.discriminatedUnion("type", [
  acceptedSchema,
  refusedSchema,
  failedSchema,
  handbackSchema,
  readySchema,
  scriptEndedSchema,
]);
export type Report = z.infer<typeof eventSchema> | Snapshot;

/** The first byte of a report: what follows is a frame, or a snapshot, which is packed tighter. */
const FRAME = 0;
const SNAPSHOT = 1;

export function encodeReport(report: Report): Uint8Array {
  const isSnapshot = report.type === "snapshot";
  const content = isSnapshot ? writeSnapshot(report) : encodeFrame(report);
  const bytes = new Uint8Array(1 + content.length);
  bytes[0] = isSnapshot ? SNAPSHOT : FRAME;
  bytes.set(content, 1);
  return bytes;
}

/**
 * Byte arrays of the report are views into `bytes`. Throws (RangeError, SyntaxError, TypeError,
 * ZodError) when they are not a report.
 */
export function decodeReport({ buffer, byteOffset, byteLength }: Uint8Array): Report {
  if (byteLength === 0) throw new RangeError("a report has no bytes");
  // Views of a Buffer's own kind are slow to make and to read.
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const content = bytes.subarray(1);
  if (bytes[0] === SNAPSHOT) return readSnapshot(content);
  if (bytes[0] === FRAME) return eventSchema.parse(decodeFrame(content));
  throw new RangeError("a report is of a kind that nobody knows");
}
