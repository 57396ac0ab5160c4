import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { compareRuns } from "@onrush/shared/analysis/compareRuns.ts";
import {
  type Comparison,
  comparisonSchema,
  DEFAULT_THRESHOLD_PERCENT,
  type RunSample,
  runSampleSchema,
} from "@onrush/shared/analysis/comparison.ts";
import { zodProblems } from "@onrush/shared/scenario/problems.ts";
import { CliError } from "../cliError.ts";
import {
  askController,
  callController,
  controllerUrl,
  DEFAULT_CONTROLLER,
} from "../clients/controllerApi.ts";
import { EXIT } from "../exitCodes.ts";
import { comparisonText } from "../output/comparisonText.ts";
import { whyUnreadable } from "../scenario/whyUnreadable.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";
import { controllerOption } from "./list.ts";

interface CompareOptions {
  controller?: string;
  threshold?: string;
  json?: boolean;
  failOnRegression?: boolean;
}

function readThreshold(text = `${DEFAULT_THRESHOLD_PERCENT}%`): number {
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  const percent = Number(match?.[1] ?? Number.NaN);
  if (percent <= 1000) return percent;
  throw new CliError(`--threshold "${text}" is no percentage: write 5%`, EXIT.badScenario);
}

/** A file with a slash or an ending is meant as one, so that a typing error is told as such. */
const isFile = (name: string) => existsSync(name) || /[/\\]|\.json$/.test(name);

function parseSample(name: string, value: unknown): RunSample {
  const parsed = runSampleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = zodProblems(parsed.error, value);
  const where = first === undefined ? "" : ` (${first.path}: ${first.message})`;
  const message = `${name} is no report of a run${where}: write one with --json, or take report.json`;
  throw new CliError(message, EXIT.badScenario);
}

async function readSample(name: string, base: string): Promise<RunSample> {
  if (!isFile(name)) {
    const path = `/runs/${encodeURIComponent(name)}/report.json`;
    return parseSample(name, await callController(base, "GET", path));
  }
  let text: string;
  try {
    text = await readFile(name, "utf8");
  } catch (error) {
    const why = await whyUnreadable(name, error);
    throw new CliError(`cannot read ${name}: ${why}`, EXIT.badScenario);
  }
  try {
    return parseSample(name, JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(`${name} is not JSON: ${error.message}`, EXIT.badScenario);
  }
}

async function compareHere(a: RunSample, b: RunSample, percent: number): Promise<Comparison> {
  try {
    return compareRuns(a, b, { threshold: percent / 100 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`the runs cannot be compared: ${reason}`, EXIT.error);
  }
}

/** Two runs of a controller are compared there: their reports may be large. */
async function comparisonOf(
  baseline: string,
  candidate: string,
  options: CompareOptions,
): Promise<Comparison> {
  const percent = readThreshold(options.threshold);
  const base = controllerUrl(options.controller) ?? DEFAULT_CONTROLLER;
  if (!isFile(baseline) && !isFile(candidate)) {
    const query = `to=${encodeURIComponent(baseline)}&threshold=${percent}`;
    const path = `/runs/${encodeURIComponent(candidate)}/compare?${query}`;
    return askController(comparisonSchema, base, "GET", path);
  }
  const before = await readSample(baseline, base);
  return compareHere(before, await readSample(candidate, base), percent);
}

async function compare(
  baseline: string,
  candidate: string,
  options: CompareOptions,
): Promise<number> {
  const comparison = await comparisonOf(baseline, candidate, options);
  if (options.json === true) console.log(JSON.stringify(comparison, null, 2));
  else console.log(comparisonText(comparison));
  const hasRegressed = comparison.verdict === "worse";
  return hasRegressed && options.failOnRegression === true ? EXIT.slaFailed : EXIT.ok;
}

export const addCompare: AddCommand = (program) => {
  program
    .command("compare")
    .description("tell how one run differs from an earlier one, and whether by chance")
    .argument("<baseline>", "the earlier run: its id, or a file that --json wrote")
    .argument("<candidate>", "the run to judge, likewise")
    .option(...controllerOption)
    .option(
      "--threshold <percent>",
      `smaller differences do not count (default ${DEFAULT_THRESHOLD_PERCENT}%)`,
    )
    .option("--json", "print the comparison as JSON")
    .option("--fail-on-regression", "exit with 3 when a metric is worse")
    .addHelpText(
      "after",
      examples(
        "compare before.json after.json",
        "compare 3f2a 9b01 --controller http://127.0.0.1:8080",
        "compare before.json after.json --threshold 10% --fail-on-regression",
      ),
    )
    .action(ends(compare));
};
