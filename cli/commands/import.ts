import { open, writeFile } from "node:fs/promises";
import { MAX_SCENARIO_BYTES } from "@onrush/shared/scenario/limits.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { ImportError, type Note } from "../import/imported.ts";
import type { ImportOptions } from "../import/importSource.ts";
import { parseSource } from "../import/parseSource.ts";
import { HAR_DEFAULTS, isSourceKind, sourceKinds } from "../import/sourceKinds.ts";
import { checkDistinctFiles } from "../scenario/distinctFiles.ts";
import { decodeText } from "../scenario/scenarioText.ts";
import { whyUnreadable } from "../scenario/whyUnreadable.ts";
import { writeYaml } from "../scenario/yamlDocument.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";

interface ImportFlags {
  output?: string;
  from?: string;
  baseUrl?: string;
  harTypes?: string;
  harHosts?: string;
  harThinkTimes?: boolean;
  yaml?: boolean;
  json?: boolean;
}

/** Recordings with the bodies of their answers are large; beyond this they are mistakes. */
const MAX_SOURCE_BYTES = 200_000_000;

const bad = (message: string) => new CliError(message, EXIT.badScenario);

async function readFileText(file: string): Promise<string> {
  let handle;
  try {
    handle = await open(file);
    const { size } = await handle.stat();
    if (size > MAX_SOURCE_BYTES) throw bad(`${file} is larger than 200 MB`);
    return decodeText(await handle.readFile(), file);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw bad(`cannot read ${file}: ${await whyUnreadable(file, error)}`);
  } finally {
    await handle?.close();
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_SOURCE_BYTES) throw bad("the standard input is larger than 200 MB");
    chunks.push(chunk);
  }
  return decodeText(Buffer.concat(chunks), "the standard input");
}

/** A curl command may stand in the command line itself. */
const isCommand = (source: string) => /^\s*curl\s/.test(source);

/** "-" is the standard input. */
function readSource(source: string): Promise<string> | string {
  if (source === "-") return readStandardInput();
  return isCommand(source) ? source : readFileText(source);
}

async function checkOutput(source: string, { output }: ImportFlags): Promise<void> {
  if (output === undefined || isCommand(source)) return;
  await checkDistinctFiles(
    [{ use: "the source", file: source }],
    [{ use: "--output", file: output }],
  );
}

const listOf = (text: string | undefined) =>
  text
    ?.split(",")
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== "");

function toOptions(flags: ImportFlags): ImportOptions {
  const { from, baseUrl } = flags;
  if (from !== undefined && !isSourceKind(from)) {
    throw bad(`--from is one of ${sourceKinds.join(", ")}, not "${from}"`);
  }
  return {
    ...(from === undefined ? {} : { from }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    har: {
      types: listOf(flags.harTypes) ?? HAR_DEFAULTS.types,
      hosts: listOf(flags.harHosts) ?? HAR_DEFAULTS.hosts,
      thinkTimes: flags.harThinkTimes === true,
    },
  };
}

function noteLines(left: readonly Note[]): string {
  const lines = left.map(({ where, message }) => `  ${where}: ${message}`);
  return `not carried over, or not as it was:\n${lines.join("\n")}`;
}

/** Converts a source and writes the scenario; what stays behind goes to the standard error. */
async function importCommand(source: string, flags: ImportFlags): Promise<number> {
  const { importSource } = await import("../import/importSource.ts");
  const options = toOptions(flags);
  await checkOutput(source, flags);
  const text = await readSource(source);
  let imported;
  try {
    imported = importSource(text, options, parseSource);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw bad(`${source.length > 60 ? `${source.slice(0, 57)}...` : source}: ${error.message}`);
  }
  const { kind, scenario, left } = imported;
  const asYaml = flags.yaml === true || /\.ya?ml$/i.test(flags.output ?? "");
  const written = asYaml ? writeYaml(scenario) : `${JSON.stringify(scenario, null, 2)}\n`;
  if (Buffer.byteLength(written) > MAX_SCENARIO_BYTES) {
    throw bad("the scenario would be larger than 1 MB: import fewer requests, or smaller bodies");
  }
  if (left.length > 0) console.error(noteLines(left));
  if (kind !== "k6") {
    console.error(
      "load: 1 iteration per second for 10 s stands in; set loadProfile as you need it",
    );
  }
  if (flags.output !== undefined) await writeFile(flags.output, written);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ kind, scenario, left }, null, 2)}\n`);
  } else if (flags.output === undefined) process.stdout.write(written);
  return EXIT.ok;
}

export const addImport: AddCommand = (program) => {
  program
    .command("import")
    .description("make a scenario of a curl command, HAR, OpenAPI 3, Postman 2.1 or k6 script")
    .argument("<source>", 'a file, a curl command in quotes, or "-" for the standard input')
    .option("-o, --output <file>", "write the scenario there instead of to the standard output")
    .option("--yaml", "write YAML (default where the file ends with .yaml or .yml)")
    .option("--from <kind>", `what the source is: ${sourceKinds.join(", ")} (default: detected)`)
    .option("--base-url <url>", "send every request there instead, for example to a test system")
    .option("--har-types <list>", "resources of a HAR (default document,xhr,fetch; all)")
    .option("--har-hosts <list>", "only these hosts of a HAR and their subdomains")
    .option("--har-think-times", "make the pauses of a HAR think time")
    .option("--json", "print kind, scenario and what was left as one JSON document")
    .addHelpText(
      "after",
      examples(
        "import \"curl http://127.0.0.1:9092/ -H 'Accept: text/html'\" -o page.json",
        "import recording.har --har-hosts shop.example --har-think-times -o shop.json",
        "import openapi.json --base-url http://127.0.0.1:9092 -o api.json",
        "import script.js --json",
      ),
    )
    .action(ends(importCommand));
};
