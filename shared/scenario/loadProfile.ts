import { z } from "zod";
import { MAX_ITERATIONS, MAX_RPS, MAX_SECONDS, MAX_USERS } from "./limits.ts";

const threeDecimals = (value: number) => Math.round(value * 1000) / 1000 === value;

/** Arrivals per second over all workers. */
export const rpsSchema = z
  .number()
  .min(0, "a rate cannot be negative")
  .max(MAX_RPS, `at most ${MAX_RPS.toLocaleString("en")} per second`)
  .refine(threeDecimals, "at most three decimals");

const initialRpsSchema = rpsSchema.meta({ description: "The rate at the beginning." });

export const secondsSchema = z
  .number()
  .min(0, "a time cannot be negative")
  .max(MAX_SECONDS, "at most 7 days (604,800 seconds)")
  .refine(threeDecimals, "at most three decimals");

export const positiveSecondsSchema = secondsSchema.refine((s) => s > 0, "must be more than 0");

const burstSchema = z.strictObject({
  startSecond: secondsSchema.meta({ description: "When the burst begins, from the start." }),
  durationSeconds: positiveSecondsSchema.meta({ description: "How long the burst lasts." }),
  rps: rpsSchema.meta({ description: "Replaces the base rate while the burst lasts." }),
  repeatEverySeconds: positiveSecondsSchema
    .optional()
    .meta({ description: "Begin again this long after each beginning, until the end." }),
});

const stageSchema = z.strictObject({
  durationSeconds: secondsSchema.meta({ description: "0 makes the rate step to targetRps." }),
  targetRps: rpsSchema.meta({ description: "The rate at the end of the stage." }),
});

export const constantProfile = z.strictObject({
  type: z.literal("CONSTANT"),
  initialRps: initialRpsSchema,
});
export const rampProfile = z.strictObject({
  type: z.literal("RAMP"),
  initialRps: initialRpsSchema,
  targetRps: rpsSchema.meta({ description: "The rate at the end of the ramp." }),
  rampUpSeconds: secondsSchema.meta({ description: "Then the rate holds at targetRps." }),
});
export const burstProfile = z.strictObject({
  type: z.literal("BURST"),
  initialRps: initialRpsSchema,
  bursts: z.array(burstSchema).min(1, "name at least one burst").max(1000),
});
export const spikeProfile = z.strictObject({
  type: z.literal("SPIKE"),
  initialRps: initialRpsSchema,
  spikeRps: rpsSchema.meta({ description: "Replaces the base rate while the spike lasts." }),
  spikeStartSecond: secondsSchema.meta({ description: "When the spike begins, from the start." }),
  spikeDurationSeconds: positiveSecondsSchema.meta({ description: "How long the spike lasts." }),
});
export const stagesProfile = z.strictObject({
  type: z.literal("STAGES"),
  initialRps: initialRpsSchema,
  stages: z.array(stageSchema).min(1, "name at least one stage").max(1000),
});

const usersSchema = z
  .int()
  .min(1, "at least one")
  .max(MAX_USERS, `at most ${MAX_USERS.toLocaleString("en")}`);

const paceSchema = positiveSecondsSchema.optional().meta({
  description:
    "Each user begins an iteration this long after it began the one before, or when that has ended.",
});

export const vusProfile = z.strictObject({
  type: z.literal("VUS"),
  vus: usersSchema.meta({ description: "Users at work all the time, each as fast as it can." }),
  paceSeconds: paceSchema,
});

const vuStageSchema = z.strictObject({
  durationSeconds: secondsSchema.meta({ description: "0 makes the number step to targetVus." }),
  targetVus: z.int().min(0).max(MAX_USERS).meta({ description: "Users at the end of the stage." }),
});

export const vuStagesProfile = z.strictObject({
  type: z.literal("VU_STAGES"),
  initialVus: z
    .int()
    .min(0)
    .max(MAX_USERS)
    .default(0)
    .meta({ description: "Users at the beginning." }),
  stages: z.array(vuStageSchema).min(1, "name at least one stage").max(1000),
  paceSeconds: paceSchema,
});

export const iterationsProfile = z.strictObject({
  type: z.literal("ITERATIONS"),
  iterations: z
    .int()
    .min(1, "at least one")
    .max(MAX_ITERATIONS, `at most ${MAX_ITERATIONS.toLocaleString("en")}`)
    .meta({ description: "Iterations in all, shared by all users." }),
  concurrency: usersSchema.meta({ description: "Users that work them off." }),
  maxDurationSeconds: positiveSecondsSchema
    .default(600)
    .meta({ description: "What has not begun by then is dropped." }),
});

export const devicesProfile = z.strictObject({
  type: z.literal("DEVICES"),
  devices: usersSchema.meta({ description: "Devices that send, each in its turn." }),
  messagesPerSecond: rpsSchema.meta({ description: "Of each device; they take turns evenly." }),
});

const profiles = [
  constantProfile,
  rampProfile,
  burstProfile,
  spikeProfile,
  stagesProfile,
  vusProfile,
  vuStagesProfile,
  iterationsProfile,
  devicesProfile,
] as const;

export const loadProfileSchema = z
  .discriminatedUnion("type", profiles, {
    error:
      "type is one of CONSTANT, RAMP, BURST, SPIKE, STAGES, VUS, VU_STAGES, ITERATIONS, DEVICES",
  })
  .meta({
    id: "LoadProfile",
    description: "The rate, or the number of users, over time; both are totals over all workers.",
  });

export type LoadProfile = z.infer<typeof loadProfileSchema>;
export type Burst = z.infer<typeof burstSchema>;

/** Profiles whose own fields say how long they last; durationSeconds is refused with them. */
const lengthProfiles = new Set<unknown>(["STAGES", "VU_STAGES", "ITERATIONS"]);
export const definesLength = (type: unknown) => lengthProfiles.has(type);

/** Profiles of users who wait for their answers: there is no schedule to be late for. */
const closedProfiles = new Set<unknown>(["VUS", "VU_STAGES", "ITERATIONS"]);
export const isClosed = (type: unknown) => closedProfiles.has(type);
