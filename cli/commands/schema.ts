import { scenarioJsonSchema } from "@onrush/shared/scenario/scenarioJsonSchema.ts";
import { EXIT } from "../exitCodes.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";

async function schema(): Promise<number> {
  console.log(JSON.stringify(scenarioJsonSchema(), null, 2));
  return EXIT.ok;
}

export const addSchema: AddCommand = (program) => {
  program
    .command("schema")
    .description("print the JSON Schema of scenarios, for completion in editors")
    .addHelpText("after", examples("schema"))
    .action(ends(schema));
};
