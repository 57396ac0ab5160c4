import { z } from "zod";

export const MAX_SLA_LINES = 50;

const lineSchema = z.string().trim().min(1, "an SLA line is needed").max(500);

export const slaSchema = z
  .array(
    z.union(
      [
        lineSchema,
        z.strictObject({
          check: lineSchema,
          name: z.string().trim().min(1, "a name is needed").max(200).optional(),
          abort: z.boolean().default(false),
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
