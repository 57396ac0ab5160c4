import { open } from "node:fs/promises";
import { MAX_SCENARIO_BYTES } from "@onrush/shared/scenario/limits.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { Problem } from "@onrush/shared/scenario/problems.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { CliError } from "./cliError.ts";
import { EXIT } from "./exitCodes.ts";

const bad = (message: string) => new CliError(message, EXIT.badScenario);

async function readBounded(file: string): Promise<string> {
  let handle;
  try {
    handle = await open(file);
    const { size } = await handle.stat();
    if (size > MAX_SCENARIO_BYTES) throw bad(`${file} is larger than 1 MB`);
    return await handle.readFile("utf8");
  } catch (error) {
    if (error instanceof CliError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw bad(`cannot read ${file}: ${reason}`);
  } finally {
    await handle?.close();
  }
}

export function problemLines(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => `  ${path || "(document)"}: ${message}`).join("\n");
}

/** Checks a document; throws CliError (exit code 2) listing every problem with its path. */
export function checkScenario(document: unknown, name: string): Scenario {
  const parsed = parseScenario(document);
  if (parsed.ok) return parsed.scenario;
  const { problems } = parsed;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  throw bad(`${name} has ${count}:\n${problemLines(problems)}`);
}

/** Reads and checks a scenario file (JSON). Throws CliError (exit code 2). */
export async function readScenario(file: string): Promise<Scenario> {
  const text = await readBounded(file);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw bad(`${file} is not JSON: ${reason}`);
  }
  return checkScenario(document, file);
}
