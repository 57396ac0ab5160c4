import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { listOf, pageQuerySchema } from "@onrush/shared/api/scenarioApi.ts";
import { CliError } from "../cliError.ts";
import { askController, controllerUrl, DEFAULT_CONTROLLER } from "../clients/controllerApi.ts";
import { EXIT } from "../exitCodes.ts";
import { runsTable } from "../output/runsTable.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";

interface ListOptions {
  controller?: string;
  limit?: string;
  json?: boolean;
}

function readLimit(text = "20"): number {
  const limit = pageQuerySchema.shape.limit.safeParse(text);
  if (limit.success) return limit.data;
  throw new CliError(`--limit "${text}" is not a whole number from 1 to 500`, EXIT.badScenario);
}

/** The runs of a controller, newest first. */
async function list(options: ListOptions): Promise<number> {
  const limit = readLimit(options.limit);
  const base = controllerUrl(options.controller) ?? DEFAULT_CONTROLLER;
  const path = `/runs?limit=${limit}`;
  const { items, total } = await askController(listOf(runViewSchema), base, "GET", path);
  if (options.json === true) console.log(JSON.stringify(items, null, 2));
  else console.log(listText(items, total, base));
  return EXIT.ok;
}

function listText(items: readonly RunView[], total: number, base: string): string {
  if (items.length === 0) {
    return `${base} has no runs yet: start one with \`onrush run FILE --controller ${base}\``;
  }
  const more = total - items.length;
  const rest = more === 0 ? [] : [`and ${more} more; --limit shows up to 500`];
  return [runsTable(items), ...rest].join("\n");
}

/** The option of commands that need a controller. */
export const controllerOption = [
  "--controller <url>",
  `the controller to ask (or set ONRUSH_CONTROLLER; default ${DEFAULT_CONTROLLER})`,
] as const;

export const addList: AddCommand = (program) => {
  program
    .command("list")
    .description("list the runs of a controller, newest first")
    .option(...controllerOption)
    .option("--limit <number>", "how many at most (default 20)")
    .option("--json", "print the runs as JSON")
    .addHelpText("after", examples("list", "list --controller http://127.0.0.1:8080 --limit 5"))
    .action(ends(list));
};
