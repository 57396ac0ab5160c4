import { z } from "zod";
import { identifierSchema } from "../data/dataSchema.ts";

/** What a step does with its answer. */

/** So that the results of a request fit into one number. */
export const MAX_CHECKS = 30;
const MAX_EXTRACTIONS = 50;

const expressionSchema = z.string().min(1, "an expression is needed").max(1_000);

const checkSchema = z.union(
  [
    expressionSchema,
    z.strictObject({
      name: z
        .string()
        .trim()
        .min(1, "a name is needed")
        .max(200)
        .refine((name) => name !== "__proto__", "not possible as a name")
        .meta({ description: "What results and SLA lines call it: checks(has an id) > 99%." }),
      check: expressionSchema.meta({ description: "What must hold, as json($.id) exists." }),
      failRequest: z
        .boolean()
        .default(true)
        .meta({ description: "false only counts: the request does not fail by it." }),
    }),
  ],
  { error: 'a check is an expression, or {"name", "check", "failRequest"}' },
);

export const checksSchema = z.array(checkSchema).max(MAX_CHECKS).meta({
  description:
    'What must hold of the answer, as "status == 200" or "json($.id) exists"; a failed check is counted by its name and fails the request as `check`.',
});

const extractionSchema = z.union(
  [
    expressionSchema,
    z.strictObject({
      from: expressionSchema.meta({ description: "Where the value is, as json($.token)." }),
      scope: z.enum(["iteration", "virtualUser"]).default("iteration").meta({
        description:
          "iteration forgets it when that ends; virtualUser, in closed workloads, keeps it as long as the user is there.",
      }),
    }),
  ],
  {
    error:
      'an extraction is an expression, or {"from", "scope"} with scope "iteration" or "virtualUser"',
  },
);

export const extractSchema = z
  .record(identifierSchema, extractionSchema)
  .refine((all) => Object.keys(all).length <= MAX_EXTRACTIONS, `at most ${MAX_EXTRACTIONS}`)
  .meta({
    description:
      'Variables for later steps of the iteration, {{vars.<name>}}: json($.path), header(name), regex("…"), status. As {from, scope} with scope virtualUser a user keeps it over its iterations. Without a value the request fails as `extract` and the iteration ends.',
  });
