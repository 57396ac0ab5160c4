import { open } from "node:fs/promises";
import { MAX_SCENARIO_BYTES } from "@onrush/shared/scenario/limits.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { whyUnreadable } from "./whyUnreadable.ts";

const bad = (message: string) => new CliError(message, EXIT.badScenario);
const tooLarge = (name: string) =>
  bad(`${name} is larger than 1 MB: data rows may be generated, see "data" in docs/scenarios.md`);

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_SCENARIO_BYTES) throw tooLarge("the standard input");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readBounded(file: string): Promise<Buffer> {
  let handle;
  try {
    handle = await open(file);
    const { size } = await handle.stat();
    if (size > MAX_SCENARIO_BYTES) throw tooLarge(file);
    return await handle.readFile();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw bad(`cannot read ${file}: ${await whyUnreadable(file, error)}`);
  } finally {
    await handle?.close();
  }
}

/** The text of a file, without the byte order mark at its beginning. Throws CliError (exit code 2). */
export function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw bad(`${name} is not UTF-8: save it in that encoding`);
  }
}

/** The text of a scenario file, or of the standard input for "-". Throws CliError (exit code 2). */
export async function scenarioText(file: string): Promise<string> {
  const isStandardInput = file === "-";
  const bytes = isStandardInput ? await readStandardInput() : await readBounded(file);
  return decodeText(bytes, isStandardInput ? "the standard input" : file);
}

/** By its ending; without one by whether it begins as a JSON object. */
export function formatOf(file: string, text: string): "json" | "yaml" {
  if (/\.json$/i.test(file)) return "json";
  if (/\.ya?ml$/i.test(file)) return "yaml";
  return text.trimStart().startsWith("{") ? "json" : "yaml";
}
