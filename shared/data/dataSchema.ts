import { z } from "zod";
import { fileNameSchema } from "../scenario/files.ts";

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
  count: z.int().min(1).max(MAX_GENERATED_ROWS).meta({ description: "How many rows." }),
  fields: z.record(identifierSchema, fieldSchema).meta({
    description: "What each row has, by name: a value, a template, weighted or randomInt.",
  }),
});

export const MAX_COLUMNS = 1_000;
/** Each may mean that a large file is read. */
export const MAX_DATA_SETS = 100;

const sources = ["inline", "generate", "csv", "json"] as const;

function hasOneSource(set: Partial<Record<(typeof sources)[number], unknown>>): boolean {
  return sources.filter((source) => set[source] !== undefined).length === 1;
}

export const dataSetSchema = z
  .strictObject({
    inline: z
      .array(z.record(identifierSchema, scalarSchema))
      .min(1, "a data set has rows")
      .optional()
      .meta({ description: 'Rows that stand here, as [{"user": "ann"}, {"user": "bob"}].' }),
    generate: generateSchema.optional().meta({
      description: "Rows that are worked out from their number when they are needed.",
    }),
    csv: fileNameSchema.optional().meta({
      description: "A CSV file with a row of names, UTF-8. Quoted fields may have line breaks.",
    }),
    delimiter: z
      .string()
      .regex(/^[^"\r\n\s\w]$|^\t$/, 'one character such as ";" or a tab')
      .optional()
      .meta({ description: "Between the fields of a CSV file; a comma when it is not named." }),
    header: z
      .union([z.literal(true), z.array(identifierSchema).min(1).max(MAX_COLUMNS)], {
        error: "header is true (the first row names the columns), or their names",
      })
      .optional()
      .meta({ description: "The names of the columns of a CSV file that has no row of names." }),
    json: fileNameSchema.optional().meta({
      description: "A JSON file: a list of flat objects, or one object in each line.",
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
  .refine(hasOneSource, { error: "needs one of inline, generate, csv and json" })
  .refine(
    ({ csv, delimiter, header }) => csv !== undefined || (delimiter ?? header) === undefined,
    {
      error: "delimiter and header are for csv",
    },
  )
  .meta({ id: "DataSet", description: "Rows that templates read as {{data.<set>.<field>}}." });

export const dataSchema = z
  .record(identifierSchema, dataSetSchema)
  .refine(
    (sets) => Object.keys(sets).length <= MAX_DATA_SETS,
    `at most ${MAX_DATA_SETS} data sets`,
  );

export type DataSetDocument = z.infer<typeof dataSetSchema>;
export type DataDocument = z.infer<typeof dataSchema>;
export type FieldDocument = z.infer<typeof fieldSchema>;
