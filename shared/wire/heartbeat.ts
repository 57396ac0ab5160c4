import { z } from "zod";
import { healthSchema } from "../metrics/delta.ts";
import { capacitySchema } from "./capacity.ts";
import { commandSchema } from "./commands.ts";
import { sharePathSchema } from "./task.ts";

const count = z.number().int().nonnegative();

/** A share as its worker sees it, with cumulative counts. */
export const heldShareSchema = z.object({
  runId: z.string(),
  share: sharePathSchema,
  epoch: z.int().min(1),
  started: count,
  dropped: count,
  /** Of those started; optional because it came later than the first heartbeats. */
  ended: count.optional(),
  /** Sent by those started, in flight or not; optional as `ended` is. */
  requests: count.optional(),
  /** One more than the highest iteration it was granted; only of shares that claim iterations. */
  claimedTo: count.optional(),
  /** How many iterations it was granted; with `claimedTo`. */
  claimed: count.optional(),
});
export type HeldShare = z.infer<typeof heldShareSchema>;

/** Of its newest second; what is optional came later than the first heartbeats. */
const workerHealthShape = healthSchema.pick({
  ...{ processCpu: true, latenessP99Ms: true, inFlight: true, connections: true },
  ...{ ports: true, files: true, gcMs: true, gcMaxMs: true },
}).shape;

export const workerStates = ["idle", "preparing", "running", "draining"] as const;

/** Sent every 200 ms, also as registration; a worker that goes says so with `leave`. */
export const heartbeatSchema = z.object({
  workerId: z.string().min(1),
  hostname: z.string(),
  pid: count,
  labels: z.record(z.string(), z.string()),
  state: z.enum(workerStates),
  threads: z.int().min(1),
  cpu: z.number().nonnegative(),
  rssBytes: count,
  mbps: z.number().nonnegative(),
  lagMs: z.number().nonnegative(),
  ...workerHealthShape,
  /** What it measured itself able to; null when it was never calibrated as it is now. */
  capacity: capacitySchema.nullable().optional(),
  clockOffsetUs: z.number(),
  clockErrorUs: z.number().nonnegative(),
  shares: z.array(heldShareSchema),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** What the directory knows of one share a worker holds. */
export const shareStandingSchema = z.object({
  runId: z.string(),
  share: sharePathSchema,
  /**
   * The current epoch: another one than ours ends ours, and 0 says that the run is over. Null when
   * the directory knows neither: it has forgotten (a server that came back empty), which neither
   * ends the share nor extends its lease.
   */
  epoch: count.nullable(),
  /** Snapshots up to this seq are merged and stored. */
  ackedSeq: count,
});
export type ShareStanding = z.infer<typeof shareStandingSchema>;

/** Answer to a heartbeat, in the same round trip. */
export const beatReplySchema = z.object({
  shares: z.array(shareStandingSchema),
  /** Every command still kept for the runs of these shares. */
  commands: z.array(commandSchema),
  /**
   * Of each of these runs the address of the controller that owns it, "" when it is the other end
   * of this link, and null while nobody owns it.
   */
  owners: z.record(z.string(), z.string().nullable()),
});
export type BeatReply = z.infer<typeof beatReplySchema>;

/** A worker as the directory lists it. `lastSeenMs` is common-clock milliseconds. */
export const listedWorkerSchema = heartbeatSchema.extend({
  lastSeenMs: z.number(),
  /** The run this worker is reserved for, if any. */
  reservedFor: z.string().optional(),
});
export type ListedWorker = z.infer<typeof listedWorkerSchema>;

export const HEARTBEAT_EVERY_MS = 200;
/** How long a heartbeat's answer lets the engine send, from the moment the heartbeat was sent. */
export const LEASE_MS = 1_500;
/**
 * A worker whose connection for its presence is closed sends for at most this long after it hears of
 * it, or after the heartbeat that it sends meanwhile. Enough for the owner's answer over HTTP.
 */
export const ORPHAN_LEASE_MS = 150;
/** A worker unheard of for longer is lost; beyond the lease, so it has stopped sending by itself. */
export const LOST_AFTER_MS = 1_600;
/** A worker that has not heard of an owner of a run for this long ends its shares of it. */
export const NO_OWNER_LIMIT_MS = 15_000;
