import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { parsePath, type PathPart } from "./documentPath.ts";

/** `-e NAME=VALUE` and `--set PATH=VALUE` as commander collects them. */
export interface ScenarioOptions {
  env?: string[];
  set?: string[];
}

/** A value that the command line puts into the document. */
export interface Setting {
  path: readonly PathPart[];
  value: unknown;
}

const refuse = (message: string) => new CliError(message, EXIT.badScenario);

function split(text: string, option: string, example: string): [string, string] {
  const at = text.indexOf("=");
  // What stands behind the = may be secret and is never shown.
  if (at === 0) throw refuse(`${option} "=…" has no name: write ${option} ${example}`);
  if (at < 0) throw refuse(`${option} "${text}" has no value: write ${option} ${example}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The variables for `${NAME}`: the environment, and what `-e` says instead. */
export function readVariables(
  environment: Readonly<Record<string, string | undefined>>,
  given: readonly string[] = [],
): Record<string, string | undefined> {
  const variables = { ...environment };
  for (const text of given) {
    const [name, value] = split(text, "-e", "NAME=VALUE");
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw refuse(`-e "${name}=…": "${name}" is no name; it is letters, digits and _`);
    }
    variables[name] = value;
  }
  return variables;
}

/** What is JSON is taken as JSON, the rest as it stands. */
function typed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function readSettings(given: readonly string[] = []): Setting[] {
  return given.map((text) => {
    const example = "loadProfile.initialRps=50";
    const [name, value] = split(text, "--set", example);
    const path = parsePath(name);
    if (path === undefined) {
      throw refuse(
        `--set "${name}=…": "${name}" is no path; write it as steps[0].url or ${example}`,
      );
    }
    return { path, value: typed(value) };
  });
}
