import { z } from "zod";
import { MAX_ITERATIONS, MAX_RPS, MAX_SECONDS, MAX_USERS } from "./limits.ts";

const threeDecimals = (value: number) => Math.round(value * 1000) / 1000 === value;

/** Arrivals per second over all workers. */
export const rpsSchema = z
  .number()
  .min(0, "a rate cannot be negative")
  .max(MAX_RPS, `at most ${MAX_RPS.toLocaleString("en")} per second`)
  .refine(threeDecimals, "at most three decimals");

const initialRpsSchema = rpsSchema.meta({
  description: "Per second, at the beginning: requests of a single step, iterations of several.",
});

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
  durationSeconds: secondsSchema.meta({
    description: "Seconds to get to targetRps; 0 steps there.",
  }),
  targetRps: rpsSchema.meta({ description: "Per second, at the end of the stage." }),
});

export const constantProfile = z.strictObject({
  type: z.literal("CONSTANT").meta({ description: "The same rate all the time." }),
  initialRps: initialRpsSchema,
});
export const rampProfile = z.strictObject({
  type: z
    .literal("RAMP")
    .meta({ description: "A rate that rises or falls evenly, and then holds." }),
  initialRps: initialRpsSchema,
  targetRps: rpsSchema.meta({ description: "Per second, at the end of the ramp." }),
  rampUpSeconds: secondsSchema.meta({
    description: "Seconds to get to targetRps, which then holds.",
  }),
});
export const burstProfile = z.strictObject({
  type: z.literal("BURST").meta({ description: "A rate, and bursts of another one." }),
  initialRps: initialRpsSchema,
  bursts: z
    .array(burstSchema)
    .min(1, "name at least one burst")
    .max(1000)
    .meta({ description: "When another rate holds; they do not overlap." }),
});
export const spikeProfile = z.strictObject({
  type: z.literal("SPIKE").meta({ description: "A rate, and one spike of another one." }),
  initialRps: initialRpsSchema,
  spikeRps: rpsSchema.meta({ description: "Replaces the base rate while the spike lasts." }),
  spikeStartSecond: secondsSchema.meta({ description: "When the spike begins, from the start." }),
  spikeDurationSeconds: positiveSecondsSchema.meta({ description: "How long the spike lasts." }),
});
export const stagesProfile = z.strictObject({
  type: z.literal("STAGES").meta({
    description: "A rate that changes evenly from stage to stage; the stages say how long.",
  }),
  initialRps: initialRpsSchema,
  stages: z.array(stageSchema).min(1, "name at least one stage").max(1000).meta({
    description: "One after the other; each begins with the rate that the one before has reached.",
  }),
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
  type: z
    .literal("VUS")
    .meta({ description: "As many users all the time; each begins again when it has ended." }),
  vus: usersSchema.meta({ description: "Users at work all the time, each as fast as it can." }),
  paceSeconds: paceSchema,
});

const vuStageSchema = z.strictObject({
  durationSeconds: secondsSchema.meta({
    description: "Seconds to get to targetVus; 0 steps there.",
  }),
  targetVus: z.int().min(0).max(MAX_USERS).meta({ description: "Users at the end of the stage." }),
});

export const vuStagesProfile = z.strictObject({
  type: z.literal("VU_STAGES").meta({
    description:
      "A number of users that changes evenly from stage to stage; the stages say how long.",
  }),
  initialVus: z
    .int()
    .min(0)
    .max(MAX_USERS)
    .default(0)
    .meta({ description: "Users at the beginning." }),
  stages: z.array(vuStageSchema).min(1, "name at least one stage").max(1000).meta({
    description:
      "One after the other; each begins with the number that the one before has reached.",
  }),
  paceSeconds: paceSchema,
});

export const iterationsProfile = z.strictObject({
  type: z
    .literal("ITERATIONS")
    .meta({ description: "A number of iterations, worked off as fast as the users can." }),
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
  type: z.literal("DEVICES").meta({ description: "Devices that send in turn, evenly over time." }),
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
