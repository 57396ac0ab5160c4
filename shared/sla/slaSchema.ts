import { z } from "zod";

export const MAX_SLA_LINES = 50;

const lineSchema = z.string().trim().min(1, "an SLA line is needed").max(500);

export const slaSchema = z
  .array(
    z.union(
      [
        lineSchema,
        z.strictObject({
          check: lineSchema.meta({ description: "The line, as p95 < 500ms over 10s." }),
          name: z
            .string()
            .trim()
            .min(1, "a name is needed")
            .max(200)
            .optional()
            .meta({ description: "What reports call it; the line itself unless it is said." }),
          abort: z.boolean().default(false).meta({
            description:
              "true ends the load when the line is broken, as the word abort in the line does.",
          }),
        }),
      ],
      { error: 'an SLA line is a text, or {"check", "name", "abort"}' },
    ),
  )
  .max(MAX_SLA_LINES)
  .meta({
    description:
      'What is good enough, as "p95 < 500ms" or "errorRate < 1% over 10s abort"; a broken line fails the run.',
  });
