import { Option } from "commander";
import { plainUrl } from "@onrush/shared/format/plainUrl.ts";
import { checkDocument, type LoadedScenario } from "../scenario/readScenario.ts";
import { withScheme } from "../clients/withScheme.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { type AddCommand, collect, ends, examples } from "./addCommand.ts";
import { exitCodeSection } from "./helpSections.ts";
import { quickLoad, type QuickLoadOptions } from "./quickLoad.ts";
import { addRunOptions, run, type RunOptions } from "./run.ts";

interface QuickOptions extends QuickLoadOptions {
  method?: string;
  header?: string[];
  body?: string;
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      if (at < 1) {
        throw new CliError(`"${line}" is not a header: write "Name: value"`, EXIT.badScenario);
      }
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

/** A scenario from one line: one URL under a load of one kind. Throws CliError (exit code 2). */
export function quickScenario(given: string, options: QuickOptions): LoadedScenario {
  const url = withScheme(given);
  const body = options.body === undefined ? {} : { body: options.body };
  const document = {
    name: `quick ${plainUrl(url)}`.slice(0, 200),
    targetUrl: url,
    method: options.method?.toUpperCase() ?? (options.body === undefined ? "GET" : "POST"),
    headers: parseHeaders(options.header ?? []),
    ...body,
    ...quickLoad(options),
  };
  return checkDocument(document, "the command");
}

/** Who comes from curl would be told no more than that there is no such option. */
function refuseCurlMethod(name: string): never {
  throw new CliError(`there is no -X: write -m ${name}`, EXIT.badScenario);
}

export const addQuick: AddCommand = (program) => {
  const command = program
    .command("quick")
    .description("load one URL without a scenario file, and report")
    .argument("<url>", "what to send requests to, http:// or https://")
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
    .addOption(new Option("-X <name>", "is -m here").hideHelp().argParser(refuseCurlMethod));
  addRunOptions(command)
    .addHelpText(
      "after",
      examples(
        "quick http://127.0.0.1:9092/ --rps 100 --duration 5s",
        "quick http://127.0.0.1:9092/ -n 1000 -c 20",
        "quick http://127.0.0.1:9092/ --vus 50 --duration 30s",
        `quick http://127.0.0.1:9092/ -H "Content-Type: application/json" -d '{"n":1}'`,
      ),
    )
    .addHelpText("after", exitCodeSection())
    .action(
      ends((url: string, options: QuickOptions & RunOptions) =>
        run(quickScenario(url, options), options),
      ),
    );
};
