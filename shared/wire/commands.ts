import { z } from "zod";

/**
 * Everything a controller tells the workers of a run. Commands are kept until the run is released,
 * so a worker that missed one finds it in the answer to its next heartbeat.
 *
 *   start    begin at an instant of the common clock
 *   stop     no arrival after this; let what is in flight end within the graceful stop
 *   abort    forget the run at once
 */
const head = { runId: z.string().min(1), token: z.int().min(1) };

export const startCommandSchema = z.object({
  type: z.literal("start"),
  ...head,
  /** Common clock (Unix microseconds). */
  startAtUs: z.number(),
});
export const stopCommandSchema = z.object({ type: z.literal("stop"), ...head });
export const abortCommandSchema = z.object({ type: z.literal("abort"), ...head });

export const commandSchema = z.discriminatedUnion("type", [
  startCommandSchema,
  stopCommandSchema,
  abortCommandSchema,
]);
export type Command = z.infer<typeof commandSchema>;
