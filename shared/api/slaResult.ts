import { z } from "zod";

export const slaUnits = ["ms", "%", "rps", "count", "bytes"] as const;

/** What became of one SLA line. */
export const slaResultSchema = z
  .object({
    text: z.string().meta({ description: "The line as it was written." }),
    name: z.string().optional().meta({ description: "As the scenario calls it." }),
    status: z.enum(["PASSED", "FAILED", "NONE"]).meta({
      description: "NONE: there was nothing to judge by, or not yet.",
    }),
    value: z
      .number()
      .nullable()
      .meta({ description: "In `unit`: of the breach where there was one, else the latest." }),
    limit: z.number(),
    unit: z.enum(slaUnits),
    failedAtSecond: z.int().nonnegative().nullable().meta({
      description: "The second of the run in which it was first broken; null when it was not.",
    }),
    aborted: z.boolean().meta({ description: "Its breach has ended the load." }),
    reason: z.string().meta({ description: "For people; empty when it passed." }),
  })
  .meta({ id: "SlaResult" });
export type SlaResult = z.infer<typeof slaResultSchema>;
