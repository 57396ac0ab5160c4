import { z } from "zod";
import { scenarioSchema } from "./scenarioSchema.ts";

/**
 * The JSON Schema (draft 2020-12) of scenario documents, for editors. What is checked between
 * fields is not in it; `x-…` fields are those that the command line leaves out.
 */
export function scenarioJsonSchema(): object {
  const schema = z.toJSONSchema(scenarioSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === scenarioSchema) jsonSchema.patternProperties = { "^x-": {} };
    },
  });
  return { ...schema, title: "Onrush scenario" };
}
