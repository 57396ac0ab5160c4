import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";

/** A file as the command line names it, with what it is there for: `--csv`, `the scenario`. */
export interface UsedFile {
  use: string;
  file: string;
}

/** What is the same for all names of one file; undefined for pipes and devices. */
async function identityOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  if (found === undefined) {
    const folder = await realpath(dirname(file)).catch(() => dirname(file));
    return join(folder, basename(file));
  }
  return found.isFile() ? `${found.dev}:${found.ino}` : undefined;
}

/**
 * Refuses to write over a file that the command reads, or writes for something else. Names of one
 * file count as the same, links included. Throws CliError (exit code 2).
 */
export async function checkDistinctFiles(
  inputs: readonly UsedFile[],
  outputs: readonly UsedFile[],
): Promise<void> {
  const seen = new Map<string, UsedFile>();
  for (const one of [...inputs, ...outputs]) {
    const identity = one.file === "-" ? undefined : await identityOf(one.file);
    if (identity === undefined) continue;
    const other = seen.get(identity);
    if (other !== undefined && outputs.includes(one)) {
      const message = `${one.use} ${one.file} is the same file as ${other.use} ${other.file}: write it somewhere else`;
      throw new CliError(message, EXIT.badScenario);
    }
    seen.set(identity, one);
  }
}
