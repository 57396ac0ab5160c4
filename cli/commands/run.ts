import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { CliError } from "../cliError.ts";
import { controllerUrl } from "../clients/controllerApi.ts";
import { embeddedClient } from "../clients/embeddedClient.ts";
import { remoteClient } from "../clients/remoteClient.ts";
import type { RunClient, StartedRun } from "../clients/runClient.ts";
import { EXIT, exitCodeOf } from "../exitCodes.ts";
import { type LoadKind, loadKind } from "../output/loadKind.ts";
import { ProgressCount, progressLine } from "../output/progressLine.ts";
import { runSummary } from "../output/runSummary.ts";
import { type LoadedScenario, readScenario } from "../scenario/readScenario.ts";
import type { ScenarioOptions } from "../scenario/settings.ts";
import { firstSignal } from "../signals.ts";
import { type AddCommand, collect, ends, examples } from "./addCommand.ts";

export interface RunOptions {
  controller?: string;
  json?: string;
  quiet?: boolean;
  strict?: boolean;
}

const PLAIN_EVERY_SECONDS = 2;

/** Prints seconds as they close: one line rewritten in a terminal, otherwise one every 2 s. */
function showProgress(started: StartedRun, kind: LoadKind): void {
  const progress = new ProgressCount();
  const { plannedSeconds } = started;
  let newest = -1;
  started.onSecond((view) => {
    progress.add(view);
    if (view.second <= newest || view.planned + view.sent + view.users === 0) return;
    newest = view.second;
    const line = progressLine(view, progress.total(), { plannedSeconds, ...kind });
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line}`);
    else if ((view.second + 1) % PLAIN_EVERY_SECONDS === 0) console.error(line);
  });
  started.onEvent((event) => {
    if (event.kind !== "warning" && event.kind !== "error") return;
    console.error(`${process.stderr.isTTY ? "\n" : ""}${event.kind}: ${event.text}`);
  });
}

async function report(run: RunView, options: RunOptions): Promise<void> {
  if (options.quiet !== true && options.json !== "-") {
    if (process.stderr.isTTY) process.stderr.write("\n");
    console.log(runSummary(run));
  }
  if (options.json === undefined) return;
  const text = `${JSON.stringify(run, null, 2)}\n`;
  if (options.json === "-") process.stdout.write(text);
  else await writeFile(options.json, text);
}

async function follow(
  client: RunClient,
  loaded: LoadedScenario,
  options: RunOptions,
): Promise<number> {
  let interrupted = false;
  const started = await client.start(loaded);
  if (options.quiet !== true) showProgress(started, loadKind(loaded.scenario));
  void firstSignal().then(() => {
    interrupted = true;
    if (options.quiet !== true) console.error("\nstopping; Ctrl-C again ends at once");
    return started.stop().catch((error: unknown) => {
      console.error(`the run could not be stopped: ${String(error)}`);
    });
  });
  const run = await started.ended;
  await report(run, options);
  return exitCodeOf(run, interrupted, options.strict === true);
}

/** Runs a scenario to its end and reports; embedded unless a controller is named. */
export async function run(loaded: LoadedScenario, options: RunOptions): Promise<number> {
  const controller = controllerUrl(options.controller);
  const client =
    controller === undefined
      ? await embeddedClient(loaded.scenario.numWorkers)
      : remoteClient(controller);
  try {
    return await follow(client, loaded, options);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(error instanceof Error ? error.message : String(error), EXIT.error);
  } finally {
    await client.close();
  }
}

/** What all commands have that run something and report. */
export function addRunOptions(command: Command): Command {
  return command
    .option("--controller <url>", "run there instead of in this process (or set ONRUSH_CONTROLLER)")
    .option("--json <file>", 'write the run as JSON ("-" is the standard output)')
    .option("--quiet", "print nothing but errors")
    .option("--strict", "exit with 4 for a SUSPECT run too");
}

/** What all commands have that read scenario files. */
export function addScenarioOptions(command: Command): Command {
  return command
    .option("-e, --env <name=value>", "a variable for ${NAME}; may be repeated", collect)
    .option("--set <path=value>", "change a field of the scenario; may be repeated", collect);
}

export const addRun: AddCommand = (program) => {
  const command = program.command("run").description("run a scenario file and report");
  addRunOptions(addScenarioOptions(command))
    .argument("<file>", 'scenario (JSON or YAML; "-" is the standard input)')
    .addHelpText(
      "after",
      examples(
        "run examples/health-check.json --json run.json",
        "run examples/health-check.json --set loadProfile.initialRps=50 --set durationSeconds=5",
        "run examples/health-check.json --controller http://127.0.0.1:8080",
      ),
    )
    .action(
      ends(async (file: string, options: RunOptions & ScenarioOptions) =>
        run(await readScenario(file, options), options),
      ),
    );
};
