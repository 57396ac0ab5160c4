import { Command, CommanderError } from "commander";
import { CliError } from "./cliError.ts";
import { controller } from "./commands/controller.ts";
import { quickScenario, type QuickOptions } from "./commands/quick.ts";
import { run, type RunOptions } from "./commands/run.ts";
import { target, targetDefinition, targetNames, toFlag } from "./commands/target.ts";
import { up } from "./commands/up.ts";
import { worker } from "./commands/worker.ts";
import { EXIT } from "./exitCodes.ts";
import { readScenario } from "./readScenario.ts";

/** Runs a command and becomes its exit code. */
function ends<Args extends unknown[]>(command: (...args: Args) => Promise<number>) {
  return async (...args: Args): Promise<void> => {
    process.exitCode = await command(...args);
  };
}

const collect = (value: string, list: string[] = []) => [...list, value];

function addRunOptions(command: Command): Command {
  return command
    .option("--controller <url>", "run there instead of in this process")
    .option("--json <file>", 'write the run as JSON ("-" is the standard output)')
    .option("--quiet", "print nothing but errors")
    .option("--strict", "exit with 4 for a SUSPECT run too");
}

function addTargets(program: Command): void {
  const command = program.command("target").description("start a bundled server to try load on");
  for (const name of targetNames) {
    const definition = targetDefinition(name);
    if (definition === undefined) continue;
    const sub = command.command(name).description(definition.description);
    sub.option("--port <number>", `port (default ${definition.defaultPort}; 0 takes a free one)`);
    sub.option("--host <address>", "address (default 127.0.0.1)");
    for (const option of definition.options) {
      const shown = option.default === "" ? "" : ` (default ${option.default})`;
      sub.option(`--${toFlag(option.name)} <value>`, `${option.description}${shown}`);
    }
    sub.action(ends((options: Record<string, string>) => target(definition, options)));
  }
}

export function createProgram(): Command {
  const program = new Command("onrush")
    .description("Distributed load testing with honest numbers")
    .exitOverride()
    .showHelpAfterError("(--help tells what there is)");
  program
    .command("up")
    .description("start the whole platform here: controller, workers, dashboard")
    .action(ends(up));
  program
    .command("controller")
    .description("start a controller whose workers come through Redis (REDIS_URL)")
    .action(ends(controller));
  program
    .command("worker")
    .description("start a worker that takes its tasks from Redis (REDIS_URL)")
    .option("--labels <pairs>", "for example region=eu,zone=a")
    .option("--calibrate", "measure what this machine can send, store it, and end")
    .option("--seconds <number>", "time of each of its three measurements (default 2)")
    .option("--json", "print the measurement as JSON")
    .addHelpText("after", "\nExample:\n  onrush worker --calibrate --seconds 5")
    .action(ends(worker));
  addRunOptions(program.command("run").description("run a scenario file and report"))
    .argument("<file>", "scenario (JSON)")
    .addHelpText("after", "\nExample:\n  onrush run examples/health-check.json --json run.json")
    .action(
      ends(async (file: string, options: RunOptions) => run(await readScenario(file), options)),
    );
  addRunOptions(program.command("quick").description("load one URL and report"))
    .argument("<url>")
    .option("--rps <number>", "requests per second, on a schedule (default 10)")
    .option("--vus <number>", "instead: users who each wait for their answers")
    .option("-n, --iterations <number>", "instead: exactly so many requests")
    .option("-c, --concurrency <number>", "users that share the requests of -n (default 1)")
    .option(
      "--duration <time>",
      "for example 10s or 1m30s (default 10s; with -n the limit, default 10m)",
    )
    .option("-m, --method <name>", "HTTP method (default GET, or POST with a body)")
    .option("-H, --header <line>", 'a header, "Name: value"; may be repeated', collect)
    .option("-d, --body <text>", "request body")
    .addHelpText(
      "after",
      "\nExamples:\n  onrush quick http://127.0.0.1:9092/ --rps 100 --duration 5s" +
        "\n  onrush quick http://127.0.0.1:9092/ -n 1000 -c 20" +
        "\n  onrush quick http://127.0.0.1:9092/ --vus 50 --duration 30s",
    )
    .action(
      ends((url: string, options: QuickOptions & RunOptions) =>
        run(quickScenario(url, options), options),
      ),
    );
  addTargets(program);
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

if (import.meta.main) {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = tell(error);
  }
  // Whatever a library still holds open must not keep a finished command alive.
  process.exit();
}
