import { z } from "zod";

/**
 * Setup and teardown: steps that are done once per run, on one worker, before and after the load. On
 * the wire they go the way of shares, under their own name and with the number of the attempt as
 * epoch, so that what holds a lease for shares holds one for them.
 */

export const scriptKinds = ["setup", "teardown"] as const;
export const scriptKindSchema = z.enum(scriptKinds);
export type ScriptKind = z.infer<typeof scriptKindSchema>;

/** How long setup, and teardown, may take, from when they are begun first. */
export const SCRIPT_LIMIT_MS = 60_000;
/** Requests that are listed one by one. */
export const MAX_LISTED = 200;
/** All values together: every task carries them. */
export const MAX_VARIABLES_LENGTH = 65_536;

const count = z.number().int().nonnegative();

export const scriptStepSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  status: count.meta({ description: "0 when there was no answer." }),
  error: z.string().meta({ description: "Why it failed; empty when it did not." }),
  ms: z.number().nonnegative().meta({ description: "Service time." }),
});

/** What became of it. */
export const scriptResultSchema = z.object({
  ok: z.boolean(),
  /** For people; empty when all went well. */
  reason: z.string(),
  variables: z.record(z.string(), z.string()),
  /** How many requests were sent; the first of them are listed in `steps`. */
  requests: count,
  steps: z.array(scriptStepSchema).max(MAX_LISTED),
});
export type ScriptResult = z.infer<typeof scriptResultSchema>;
