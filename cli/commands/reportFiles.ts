import { createWriteStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { CliError } from "../cliError.ts";
import { fetchReport } from "../clients/fetchReport.ts";
import { EXIT } from "../exitCodes.ts";
import { checkDistinctFiles, type UsedFile } from "../scenario/distinctFiles.ts";

/** Where the documents of a run go: a file, or "-" for the standard output. */
export interface ReportOptions {
  json?: string;
  html?: string;
  csv?: string;
  junit?: string;
  hgrm?: string;
}

const kinds = [
  { option: "json", path: "report.json", text: "the run with all its seconds as JSON" },
  { option: "html", path: "report.html", text: "the run as a page that opens offline" },
  { option: "csv", path: "report.csv", text: "the run's seconds as CSV" },
  { option: "junit", path: "junit.xml", text: "validity, SLA lines and checks as JUnit XML" },
  {
    option: "hgrm",
    path: "histogram?format=hgrm",
    text: "the histogram of response times as HdrHistogram text (.hgrm)",
  },
] as const;

const wanted = (options: ReportOptions) =>
  kinds.flatMap(({ option, path }) => {
    const file = options[option];
    return file === undefined ? [] : [{ option, path, file }];
  });

export function addReportOptions(command: Command): Command {
  for (const { option, text } of kinds) {
    const more = option === "json" ? '; "-" is the standard output' : "";
    command.option(`--${option} <file>`, `write ${text}${more}`);
  }
  return command;
}

/** Whether a document goes to the standard output, which then has nothing else. */
export const usesStdout = (options: ReportOptions) =>
  wanted(options).some(({ file }) => file === "-");

/** Refuses what could not be written at the end of a run, before it begins. Throws CliError. */
export async function checkReportFiles(
  options: ReportOptions,
  inputs: readonly UsedFile[],
): Promise<void> {
  const all = wanted(options);
  const onStdout = all.filter(({ file }) => file === "-");
  if (onStdout.length > 1) {
    const names = onStdout.map(({ option }) => `--${option}`).join(" and ");
    throw new CliError(`only one of ${names} can be "-"`, EXIT.badScenario);
  }
  for (const { option, file } of all) {
    if (file === "-") continue;
    try {
      await access(dirname(file), constants.W_OK);
    } catch {
      const message = `--${option} ${file}: there is no folder ${dirname(file)} to write into`;
      throw new CliError(message, EXIT.badScenario);
    }
    const found = await stat(file).catch(() => undefined);
    if (found?.isDirectory() === true) {
      throw new CliError(`--${option} ${file} is a folder: name a file in it`, EXIT.badScenario);
    }
  }
  const outputs = all.map(({ option, file }) => ({ use: `--${option}`, file }));
  await checkDistinctFiles(inputs, outputs);
}

/** Fetches the documents asked for and writes them. */
export async function writeReports(
  base: string,
  runId: string,
  options: ReportOptions,
): Promise<void> {
  for (const { path, file } of wanted(options)) {
    const { body } = await fetchReport(base, runId, path);
    if (body === null) throw new Error(`${base} sent nothing for ${path}`);
    const into = file === "-" ? process.stdout : createWriteStream(file);
    await pipeline(Readable.fromWeb(body), into, { end: file !== "-" });
  }
}
