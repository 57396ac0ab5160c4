import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { maskSecrets } from "@onrush/shared/scenario/secrets.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { CliError } from "../cliError.ts";
import { controllerUrl } from "../clients/controllerApi.ts";
import { remoteClient } from "../clients/remoteClient.ts";
import type { RunClient, StartedRun } from "../clients/runClient.ts";
import { EXIT, exitCodeOf } from "../exitCodes.ts";
import { runPlan } from "../output/runPlan.ts";
import { type RunReporter, runReporter, silent } from "../output/runReporter.ts";
import { runSummary } from "../output/runSummary.ts";
import { painterFor } from "../output/tone.ts";
import type { UsedFile } from "../scenario/distinctFiles.ts";
import { type LoadedScenario, readScenario } from "../scenario/readScenario.ts";
import type { ScenarioOptions } from "../scenario/settings.ts";
import { firstSignal } from "../signals.ts";
import { type AddCommand, collect, ends, examples } from "./addCommand.ts";
import { exitCodeSection } from "./helpSections.ts";
import { parseDuration } from "./parseDuration.ts";
import { checkPercentiles, runLatencies } from "./percentiles.ts";
import {
  addReportOptions,
  checkReportFiles,
  type ReportOptions,
  usesStdout,
  writeReports,
} from "./reportFiles.ts";

export interface RunOptions extends ReportOptions {
  controller?: string;
  quiet?: boolean;
  strict?: boolean;
  update?: string;
  percentiles?: string;
}

const DEFAULT_UPDATE = "2s";

/** Seconds close one by one: the time between two lines is a whole number of them. */
function readUpdateSeconds(text = DEFAULT_UPDATE): number {
  const seconds = parseDuration(text);
  if (Number.isInteger(seconds)) return seconds;
  throw new CliError(`--update "${text}" is not whole seconds: write 1s or 10s`, EXIT.badScenario);
}

async function report(
  client: RunClient,
  { scenario }: LoadedScenario,
  run: RunView,
  options: RunOptions,
): Promise<void> {
  if (options.quiet !== true && !usesStdout(options)) {
    const latencies =
      run.summary === null
        ? undefined
        : await runLatencies(client.base, run.id, options.percentiles);
    const { targets } = runPlan(maskSecrets(scenario), run.plannedSeconds);
    const paint = painterFor(process.stdout, process.env);
    console.log(runSummary(run, latencies, paint, targets));
  }
  await writeReports(client.base, run.id, options);
}

function reporterOf(started: StartedRun, loaded: LoadedScenario, options: RunOptions): RunReporter {
  if (options.quiet === true) return silent;
  const reporter = runReporter({
    plan: runPlan(maskSecrets(loaded.scenario), started.plannedSeconds),
    current: () => started.current(),
    updateSeconds: readUpdateSeconds(options.update),
    labels: loaded.scenario.labels,
  });
  started.onSecond((view) => reporter.second(view));
  started.onEvent((event) => reporter.event(event));
  return reporter;
}

async function follow(
  client: RunClient,
  loaded: LoadedScenario,
  options: RunOptions,
): Promise<number> {
  let interrupted = false;
  const started = await client.start(loaded);
  const reporter = reporterOf(started, loaded, options);
  void firstSignal().then(() => {
    interrupted = true;
    reporter.say("stopping; Ctrl-C again ends at once");
    return started.stop().catch((error: unknown) => {
      reporter.say(`the run could not be stopped: ${String(error)}`);
    });
  });
  try {
    const run = await started.ended;
    await reporter.end();
    await report(client, loaded, run, options);
    return exitCodeOf(run, interrupted, options.strict === true);
  } catch (error) {
    if (!interrupted) throw error;
    await reporter.end();
    console.error(error instanceof Error ? error.message : String(error));
    return EXIT.interrupted;
  } finally {
    await reporter.end();
  }
}

/** Loading a whole platform takes longer than refusing a scenario: only those who run one wait for it. */
async function embedded(scenario: Scenario): Promise<RunClient> {
  const { embeddedClient } = await import("../clients/embeddedClient.ts");
  return embeddedClient(scenario);
}

/** What a scenario file is made of: itself and the files it names. */
function filesOf(file: string, { scenario }: LoadedScenario): UsedFile[] {
  const folder = file === "-" ? "." : dirname(file);
  const named = Object.keys(scenario.files ?? {});
  return [
    { use: "the scenario", file },
    ...named.map((name) => ({ use: "the scenario's", file: resolve(folder, name) })),
  ];
}

/**
 * Runs a scenario to its end and reports; embedded unless a controller is named. No report is
 * written over `inputs`.
 */
export async function run(
  loaded: LoadedScenario,
  options: RunOptions,
  inputs: readonly UsedFile[] = [],
): Promise<number> {
  const controller = controllerUrl(options.controller);
  readUpdateSeconds(options.update);
  if (options.percentiles !== undefined) checkPercentiles(options.percentiles);
  await checkReportFiles(options, inputs);
  const client =
    controller === undefined ? await embedded(loaded.scenario) : remoteClient(controller);
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
  command.option(
    "--controller <url>",
    "run there instead of in this process (or set ONRUSH_CONTROLLER)",
  );
  return addReportOptions(command)
    .option(
      "--update <time>",
      `time between lines when not in a terminal (default ${DEFAULT_UPDATE})`,
    )
    .option(
      "--percentiles <list>",
      "print these response times, for example 50,66,75,80,90,95,98,99,100",
    )
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
        "run examples/health-check.json --json run.json --html run.html --junit junit.xml",
        "run examples/health-check.json --set loadProfile.initialRps=50 --set durationSeconds=5",
        "run examples/health-check.json --controller http://127.0.0.1:8080",
      ),
    )
    .addHelpText("after", exitCodeSection())
    .action(
      ends(async (file: string, options: RunOptions & ScenarioOptions) => {
        const loaded = await readScenario(file, options);
        return run(loaded, options, filesOf(file, loaded));
      }),
    );
};
