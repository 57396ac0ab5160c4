import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { checkScenario } from "../readScenario.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { quickLoad, type QuickLoadOptions } from "./quickLoad.ts";

export interface QuickOptions extends QuickLoadOptions {
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
export function quickScenario(url: string, options: QuickOptions): Scenario {
  const body = options.body === undefined ? {} : { body: options.body };
  const document = {
    name: `quick ${url}`.slice(0, 200),
    targetUrl: url,
    method: options.method?.toUpperCase() ?? (options.body === undefined ? "GET" : "POST"),
    headers: parseHeaders(options.header ?? []),
    ...body,
    ...quickLoad(options),
  };
  return checkScenario(document, "the command");
}
