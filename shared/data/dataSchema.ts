import { z } from "zod";

/** Data sets: rows that iterations take their values from. */

export const MAX_GENERATED_ROWS = 1_000_000_000;

/** Names that templates can write: data.<set>.<field>, vars.<name>. */
export const identifierSchema = z
  .string()
  .regex(/^[A-Za-z_][\w-]{0,99}$/, "a name is letters, digits, _ and -, not beginning with a digit")
  .refine((name) => name !== "__proto__", "not possible as a name");

const scalarSchema = z.union([z.string().max(16_384), z.number(), z.boolean()], {
  error: "a value is a string, a number or a boolean",
});

const weightedSchema = z.strictObject({
  weighted: z
    .record(z.string().max(16_384), z.number().nonnegative())
    .refine((weights) => Object.values(weights).some((weight) => weight > 0), {
      error: "at least one weight must be more than 0",
    })
    .meta({
      description: "Values and their weights; the rows are divided among them exactly.",
    }),
});

const randomIntSchema = z.strictObject({
  randomInt: z
    .tuple([z.int(), z.int()])
    .refine(([from, to]) => from <= to && Number.isSafeInteger(to - from), {
      error: "two whole numbers, the smaller first",
    })
    .meta({ description: "A whole number from the first to the second, both included." }),
});

const fieldSchema = z
  .union([scalarSchema, weightedSchema, randomIntSchema], {
    error: 'a field is a value, a template, {"weighted": {…}} or {"randomInt": [from, to]}',
  })
  .meta({
    description:
      "A value for every row; strings may have the templates {{row}} (from 0), {{uuid}} and {{randomInt 1 10}}.",
  });

const generateSchema = z.strictObject({
  count: z.int().min(1).max(MAX_GENERATED_ROWS),
  fields: z.record(identifierSchema, fieldSchema),
});

export const dataSetSchema = z
  .strictObject({
    inline: z
      .array(z.record(identifierSchema, scalarSchema))
      .min(1, "a data set has rows")
      .optional(),
    generate: generateSchema.optional().meta({
      description: "Rows that are worked out from their number when they are needed.",
    }),
    pick: z
      .enum(["sequential", "random", "unique"], {
        error: 'pick is "sequential", "random" or "unique"',
      })
      .default("sequential")
      .meta({
        description:
          "Which row iteration n takes: n modulo the number of rows, one at random, or row n itself. A unique set must have a row for every iteration and serve one workload only.",
      }),
  })
  .refine((set) => (set.inline === undefined) !== (set.generate === undefined), {
    error: "needs either inline rows or generate",
  })
  .meta({ id: "DataSet", description: "Rows that templates read as {{data.<set>.<field>}}." });

export const dataSchema = z.record(identifierSchema, dataSetSchema);

export type DataSetDocument = z.infer<typeof dataSetSchema>;
export type DataDocument = z.infer<typeof dataSchema>;
export type FieldDocument = z.infer<typeof fieldSchema>;
