import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { count } from "../output/formatNumbers.ts";
import { type LocatedProblem, problemLines } from "../scenario/locatedProblem.ts";
import { checkFile } from "../scenario/readScenario.ts";
import type { ScenarioOptions } from "../scenario/settings.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";
import { addScenarioOptions } from "./run.ts";

interface ValidateOptions extends ScenarioOptions {
  json?: boolean;
}

interface FileResult {
  file: string;
  problems: readonly LocatedProblem[];
}

/** A file that cannot be read is a problem of that file; the others are checked all the same. */
async function problemsOf(file: string, options: ValidateOptions): Promise<FileResult> {
  try {
    const checked = await checkFile(file, options);
    return { file, problems: checked.ok ? [] : checked.problems };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { file, problems: [{ path: "", message: error.message }] };
  }
}

const asJson = (results: readonly FileResult[]) =>
  results.map(({ file, problems }) => ({
    ...{ file, valid: problems.length === 0 },
    problems: problems.map(({ place, ...problem }) => ({ ...problem, ...place })),
  }));

function asText({ file, problems }: FileResult): string {
  if (problems.length === 0) return `${file}: valid`;
  const total = problems.length === 1 ? "1 problem" : `${count(problems.length)} problems`;
  return `${file}: ${total}\n${problemLines(problems)}`;
}

/** Tells every problem of every file; nothing is run. */
async function validate(files: readonly string[], options: ValidateOptions): Promise<number> {
  const results: FileResult[] = [];
  for (const file of files) results.push(await problemsOf(file, options));
  if (options.json === true) console.log(JSON.stringify(asJson(results), null, 2));
  else for (const result of results) console.log(asText(result));
  return results.every(({ problems }) => problems.length === 0) ? EXIT.ok : EXIT.badScenario;
}

export const addValidate: AddCommand = (program) => {
  const command = program
    .command("validate")
    .description("list every problem of scenario files, without running them");
  addScenarioOptions(command)
    .argument("<file...>", 'scenarios (JSON or YAML; "-" is the standard input)')
    .option("--json", "print the problems as JSON")
    .addHelpText(
      "after",
      examples(
        "validate examples/health-check.json examples/stages.json",
        "validate examples/health-check.json --set durationSeconds=30 --json",
      ),
    )
    .action(ends(validate));
};
