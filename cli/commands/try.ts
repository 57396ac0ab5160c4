import { nearest } from "@onrush/shared/scenario/problems.ts";
import { scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";
import type { Trial } from "@onrush/shared/trial/trialEvents.ts";
import type { ScriptKind } from "@onrush/shared/wire/script.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { trialText, trialVerdict } from "../output/trialText.ts";
import { type LoadedScenario, readScenario } from "../scenario/readScenario.ts";
import type { ScenarioOptions } from "../scenario/settings.ts";
import { firstSignal } from "../signals.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";
import { addScenarioOptions } from "./run.ts";

interface TryCommandOptions extends ScenarioOptions {
  workload?: string;
  pauses?: boolean;
  json?: boolean;
}

function checkWorkload({ scenario }: LoadedScenario, name: string | undefined): void {
  const names = scenarioWorkloads(scenario).map((workload) => workload.name);
  if (name === undefined || names.includes(name)) return;
  const near = nearest(name, names);
  const hint = near === undefined ? `there are: ${names.join(", ")}` : `did you mean "${near}"?`;
  throw new CliError(
    `--workload "${name}": the scenario has none of that name; ${hint}`,
    EXIT.badScenario,
  );
}

const NOT_TRIED = "nothing else was tried: a run fails when its setup does";

/** Setup and teardown have no workload. */
const scriptOf = (trials: readonly Trial[], kind: ScriptKind) =>
  trials
    .filter(({ script }) => script === kind)
    .map(({ ok, reasons, events }) => ({ ok, reasons, events }))[0];

function printAll(trials: readonly Trial[]): void {
  const workloads = trials
    .filter(({ script }) => script === null)
    .map(({ workload, ok, reasons, events }) => ({ workload, ok, reasons, events }));
  const [setup, teardown] = [scriptOf(trials, "setup"), scriptOf(trials, "teardown")];
  const ok = trials.every((trial) => trial.ok);
  console.log(JSON.stringify({ ok, setup, workloads, teardown }, null, 2));
}

/** Setup, one iteration of each workload, teardown: everything of it printed. */
async function tryScenario(file: string, options: TryCommandOptions): Promise<number> {
  const loaded = await readScenario(file, options);
  checkWorkload(loaded, options.workload);
  let isInterrupted = false;
  const stopped = firstSignal().then(() => (isInterrupted = true));
  const { tryWorkloads } = await import("../embedded/tryWorkloads.ts");
  const trials: Trial[] = [];
  let wereTried: boolean;
  try {
    const how = { waits: options.pauses === true, workload: options.workload, stopped };
    wereTried = await tryWorkloads(loaded, how, (trial) => {
      trials.push(trial);
      if (options.json !== true) console.log(`${trialText(trial)}\n`);
    });
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), EXIT.error);
  }
  if (options.json === true) printAll(trials);
  else console.log([...trials.map(trialVerdict), ...(wereTried ? [] : [NOT_TRIED])].join("\n"));
  if (isInterrupted) return EXIT.interrupted;
  return trials.every(({ ok }) => ok) ? EXIT.ok : EXIT.error;
}

export const addTry: AddCommand = (program) => {
  const command = program
    .command("try")
    .description(
      "do setup, one iteration of each workload and teardown, and print what is sent and answered",
    );
  addScenarioOptions(command)
    .argument("<file>", 'scenario (JSON or YAML; "-" is the standard input)')
    .option("--workload <name>", "try this workload alone")
    .option("--pauses", "wait for pauses instead of only naming them")
    .option("--json", "print everything as JSON")
    .addHelpText(
      "after",
      examples(
        "try examples/health-check.json --set targetUrl=http://127.0.0.1:9092/",
        "try examples/health-check.json --workload main --pauses --json",
      ),
    )
    .action(ends(tryScenario));
};
