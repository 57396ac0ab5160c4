import { readFile } from "node:fs/promises";
import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";

/** The run that a command has written to its `--json` file. */
export async function writtenRun(file: string): Promise<RunView> {
  return runViewSchema.parse(JSON.parse(await readFile(file, "utf8")));
}
