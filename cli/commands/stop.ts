import { runViewSchema } from "@onrush/shared/api/runView.ts";
import { listOf } from "@onrush/shared/api/scenarioApi.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { CliError } from "../cliError.ts";
import { askController, controllerUrl, DEFAULT_CONTROLLER } from "../clients/controllerApi.ts";
import { EXIT } from "../exitCodes.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";
import { controllerOption } from "./list.ts";

const UUID_LENGTH = 36;

interface StopOptions {
  controller?: string;
}

/** The id that begins as given, or that of the run which is going on. Throws CliError. */
async function findRun(base: string, given: string): Promise<string> {
  if (given.length >= UUID_LENGTH) return given;
  const { items } = await askController(listOf(runViewSchema), base, "GET", "/runs?limit=500");
  const wanted = items.filter(({ id, state }) =>
    given === "latest" ? !hasEnded(state) : id.startsWith(given),
  );
  const [first, second] = wanted;
  // A run beyond the list can still be named in full.
  if (first === undefined && given !== "latest") return given;
  if (first === undefined) throw new CliError(`no run is going on at ${base}`, EXIT.error);
  if (second !== undefined && given !== "latest") {
    const names = wanted.slice(0, 5).map(({ id }) => `  ${id}`);
    throw new CliError(
      [`several runs begin with ${given}:`, ...names].join("\n"),
      EXIT.badScenario,
    );
  }
  return first.id;
}

/** Asks a controller to stop a run; what is under way still ends. */
async function stop(given: string, options: StopOptions): Promise<number> {
  const base = controllerUrl(options.controller) ?? DEFAULT_CONTROLLER;
  const id = await findRun(base, given);
  const path = `/runs/${encodeURIComponent(id)}/stop`;
  const run = await askController(runViewSchema, base, "POST", path);
  const { scenarioName: name, state } = run;
  console.log(hasEnded(state) ? `${name} (${id}) has ended: ${state}` : `stopping ${name} (${id})`);
  return EXIT.ok;
}

export const addStop: AddCommand = (program) => {
  program
    .command("stop")
    .description("stop a run of a controller; what it has measured stays")
    .argument("<run>", 'its id, or the first characters of it; "latest" is the newest going on')
    .option(...controllerOption)
    .addHelpText("after", examples("stop latest", "stop 3f2a --controller http://127.0.0.1:8080"))
    .action(ends(stop));
};
