import { z } from "zod";
import { MAX_RPS, MAX_SECONDS } from "./limits.ts";

const threeDecimals = (value: number) => Math.round(value * 1000) / 1000 === value;

/** Arrivals per second over all workers. */
export const rpsSchema = z
  .number()
  .min(0, "a rate cannot be negative")
  .max(MAX_RPS, `at most ${MAX_RPS.toLocaleString("en")} per second`)
  .refine(threeDecimals, "at most three decimals");

export const secondsSchema = z
  .number()
  .min(0, "a time cannot be negative")
  .max(MAX_SECONDS, "at most 7 days (604,800 seconds)")
  .refine(threeDecimals, "at most three decimals");

export const positiveSecondsSchema = secondsSchema.refine((s) => s > 0, "must be more than 0");

const burstSchema = z.strictObject({
  startSecond: secondsSchema.meta({ description: "When the burst begins, from the start." }),
  durationSeconds: positiveSecondsSchema,
  rps: rpsSchema.meta({ description: "Replaces the base rate while the burst lasts." }),
  repeatEverySeconds: positiveSecondsSchema
    .optional()
    .meta({ description: "Begin again this long after each beginning, until the end." }),
});

const stageSchema = z.strictObject({
  durationSeconds: secondsSchema.meta({ description: "0 makes the rate step to targetRps." }),
  targetRps: rpsSchema,
});

export const constantProfile = z.strictObject({
  type: z.literal("CONSTANT"),
  initialRps: rpsSchema,
});
export const rampProfile = z.strictObject({
  type: z.literal("RAMP"),
  initialRps: rpsSchema,
  targetRps: rpsSchema,
  rampUpSeconds: secondsSchema.meta({ description: "Then the rate holds at targetRps." }),
});
export const burstProfile = z.strictObject({
  type: z.literal("BURST"),
  initialRps: rpsSchema,
  bursts: z.array(burstSchema).min(1, "name at least one burst").max(1000),
});
export const spikeProfile = z.strictObject({
  type: z.literal("SPIKE"),
  initialRps: rpsSchema,
  spikeRps: rpsSchema,
  spikeStartSecond: secondsSchema,
  spikeDurationSeconds: positiveSecondsSchema,
});
export const stagesProfile = z.strictObject({
  type: z.literal("STAGES"),
  initialRps: rpsSchema,
  stages: z.array(stageSchema).min(1, "name at least one stage").max(1000),
});

export const loadProfileSchema = z
  .discriminatedUnion(
    "type",
    [constantProfile, rampProfile, burstProfile, spikeProfile, stagesProfile],
    { error: "type is one of CONSTANT, RAMP, BURST, SPIKE, STAGES" },
  )
  .meta({
    id: "LoadProfile",
    description: "The rate over time; rates are totals over all workers.",
  });

export type LoadProfile = z.infer<typeof loadProfileSchema>;
export type Burst = z.infer<typeof burstSchema>;
