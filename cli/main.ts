import { Command, CommanderError } from "commander";
import { CliError } from "./cliError.ts";
import { type AddCommand, examples } from "./commands/addCommand.ts";
import { addCompare } from "./commands/compare.ts";
import { addController } from "./commands/controller.ts";
import { environmentSection } from "./commands/helpSections.ts";
import { addImport } from "./commands/import.ts";
import { addList } from "./commands/list.ts";
import { addQuick } from "./commands/quick.ts";
import { addRun } from "./commands/run.ts";
import { addSchema } from "./commands/schema.ts";
import { addStop } from "./commands/stop.ts";
import { addTarget } from "./commands/target.ts";
import { addTry } from "./commands/try.ts";
import { addUp } from "./commands/up.ts";
import { addValidate } from "./commands/validate.ts";
import { addWorker } from "./commands/worker.ts";
import { EXIT } from "./exitCodes.ts";

/** In the order of the help. */
const commands: readonly AddCommand[] = [
  addRun,
  addQuick,
  addTry,
  addValidate,
  addList,
  addCompare,
  addStop,
  addUp,
  addController,
  addWorker,
  addTarget,
  addImport,
  addSchema,
];

export function createProgram(): Command {
  const program = new Command("onrush")
    .description("Distributed load testing with honest numbers")
    .exitOverride()
    .showHelpAfterError("(--help tells what there is)")
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      "after",
      examples(
        "quick http://127.0.0.1:9092/ --rps 100 --duration 5s",
        "run examples/health-check.json",
        "up",
        "help run",
      ),
    )
    .addHelpText("after", environmentSection("ONRUSH_CONTROLLER", "NO_COLOR", "LOG_LEVEL"));
  for (const add of commands) add(program);
  return program;
}

/** Errors are for people: a message and an exit code, never a stack trace (DEBUG=onrush shows it). */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badScenario;
  const message = error instanceof Error ? error.message : String(error);
  console.error(`onrush: ${message}`);
  if (process.env["DEBUG"] === "onrush") console.error(error);
  return error instanceof CliError ? error.exitCode : EXIT.error;
}

/** Whoever reads the output may stop reading (`| head`): what is left is for nobody. */
function allowClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

if (import.meta.main) {
  allowClosedPipes();
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = tell(error);
  }
  // Whatever a library still holds open must not keep a finished command alive.
  process.exit();
}
