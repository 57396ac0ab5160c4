import { z } from "zod";

const rate = z.number().nonnegative();

/** What a worker measured itself able to: requests per second against a minimal responder. */
export const capacitySchema = z
  .object({
    /** All engine threads at once. */
    requestsPerSecond: rate,
    /** One engine thread over many connections. */
    perThread: rate,
    /** One connection, one request at a time. */
    perConnection: rate,
  })
  .meta({ id: "Capacity" });
export type Capacity = z.infer<typeof capacitySchema>;

/** What a measurement depends on; on another machine it says nothing. */
export const machineSchema = z.object({
  nodeVersion: z.string(),
  cpuModel: z.string(),
  cores: z.int().min(1),
  threads: z.int().min(1),
});
export type Machine = z.infer<typeof machineSchema>;

const percentiles = z.object({ p50: z.number(), p99: z.number() });

/** The document `onrush worker --calibrate` writes. */
export const calibrationSchema = z.object({
  capacity: capacitySchema,
  /** How late a 1 ms timer comes back, and how long a turn of the idle loop takes, in ms. */
  timers: z.object({ timeoutMs: percentiles, immediateMs: percentiles }),
  /** CPU of the engine thread per request, over many connections. */
  cpuUsPerRequest: z.number().nonnegative(),
  /** Part of a core each was busy with; the responder near 1 means that it was the limit. */
  threadCpu: z.number().nonnegative(),
  responderCpu: z.number().nonnegative(),
  machine: machineSchema,
  measuredAt: z.iso.datetime(),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** The capacity a stored document tells of this machine; null when it is of another, or none. */
export function capacityOf(document: unknown, machine: Machine): Capacity | null {
  const parsed = calibrationSchema.safeParse(document);
  if (!parsed.success) return null;
  const { machine: then, capacity } = parsed.data;
  const same =
    then.nodeVersion === machine.nodeVersion &&
    then.cpuModel === machine.cpuModel &&
    then.cores === machine.cores &&
    then.threads === machine.threads;
  return same ? capacity : null;
}
