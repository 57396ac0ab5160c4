import { z } from "zod";
import { positiveSecondsSchema, secondsSchema } from "./loadProfile.ts";
import { MAX_USERS } from "./limits.ts";

/** How iterations begin and wait: fields that scenarios and workloads have alike. */

export const arrivals = ["uniform", "poisson"] as const;
export const pacings = ["timer", "precise"] as const;
export const overloads = ["drop", "queue", "fail"] as const;

/** How long a queued arrival may wait when nothing else is said. */
const DEFAULT_MAX_DELAY_SECONDS = 10;

const thinkSeconds = secondsSchema.max(3_600, "at most an hour");

const meanSchema = thinkSeconds.meta({ description: "Seconds of a pause on average." });

export const distributionSchema = z.discriminatedUnion("distribution", [
  z.strictObject({
    distribution: z.literal("constant").meta({ description: "Always the same." }),
    seconds: thinkSeconds.meta({ description: "Seconds of every pause." }),
  }),
  z
    .strictObject({
      distribution: z
        .literal("uniform")
        .meta({ description: "Every length between two is as likely." }),
      min: thinkSeconds.meta({ description: "Seconds of the shortest pause." }),
      max: thinkSeconds.meta({ description: "Seconds of the longest pause." }),
    })
    .refine(({ min, max }) => min <= max, "min is above max"),
  z.strictObject({
    distribution: z.literal("normal").meta({ description: "Around a mean, never below 0." }),
    mean: meanSchema,
    deviation: thinkSeconds.meta({ description: "Seconds of one standard deviation." }),
  }),
  z.strictObject({
    distribution: z
      .literal("exponential")
      .meta({ description: "Many short pauses and few long ones, of 20 means at most." }),
    mean: meanSchema,
  }),
]);

export const thinkTimeSchema = z
  .union([thinkSeconds, distributionSchema], {
    error:
      'a number of seconds, or {"distribution": "uniform", "min", "max"}, {"distribution": "normal", "mean", "deviation"}, {"distribution": "exponential", "mean"}',
  })
  .meta({
    description:
      "A user's pause after each step; after the last one only in a closed workload, before the next iteration.",
  });

export const arrivalSchema = z
  .enum(arrivals, { error: 'arrival is "uniform" or "poisson"' })
  .meta({ description: "Evenly along the rate curve, or as a Poisson process with that rate." });

export const pacingSchema = z.enum(pacings, { error: 'pacing is "timer" or "precise"' }).meta({
  description:
    "timer releases what is due once a millisecond; precise spins on the clock and takes a whole core per engine thread.",
});

const policySchema = z.enum(overloads);

export const overloadSchema = z
  .union(
    [
      policySchema,
      z.strictObject({
        policy: policySchema.meta({ description: "What becomes of it." }),
        maxDelaySeconds: positiveSecondsSchema
          .max(3_600)
          .default(DEFAULT_MAX_DELAY_SECONDS)
          .meta({ description: "Seconds that a queued arrival may wait; then it is dropped." }),
      }),
    ],
    {
      error: 'overload is "drop", "queue", "fail" or {"policy": "queue", "maxDelaySeconds": 5}',
    },
  )
  .meta({
    description:
      "What becomes of an arrival that finds maxInFlight reached: drop it, queue it for at most maxDelaySeconds (10), or fail the run.",
  });

export interface Overload {
  policy: (typeof overloads)[number];
  maxDelayMs: number;
}

/** A plain name is that policy with the usual delay. */
export function overloadOf(field: z.infer<typeof overloadSchema>): Overload {
  const { policy, maxDelaySeconds } =
    typeof field === "string"
      ? { policy: field, maxDelaySeconds: DEFAULT_MAX_DELAY_SECONDS }
      : field;
  return { policy, maxDelayMs: Math.round(maxDelaySeconds * 1000) };
}

export const connectionsSchema = z
  .union([z.int().min(1).max(MAX_USERS), z.enum(["shared", "perUser"])], {
    error: 'connections is a number, "shared" or "perUser"',
  })
  .meta({
    description:
      "shared: as many as are needed at once. A number: at most that many per worker and origin, opened before the start; requests wait for a free one. perUser: each user of a closed workload keeps its own.",
  });
