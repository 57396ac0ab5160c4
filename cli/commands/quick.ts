import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { checkScenario } from "../readScenario.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";

export interface QuickOptions {
  rps: string;
  duration: string;
  method?: string;
  header?: string[];
  body?: string;
}

const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `10s`, `1m30s`, `500ms`, or plain seconds. Throws CliError (exit code 2). */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const whole = parts.map(([part]) => part).join("") === text && parts.length > 0;
  const seconds = whole
    ? parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? "s"] ?? 1), 0)
    : Number(/^\d+(\.\d+)?$/.test(text) ? text : Number.NaN);
  const rounded = Math.round(seconds * 1000) / 1000;
  if (rounded > 0) return rounded;
  throw new CliError(`"${text}" is not a duration: write 10s, 1m30s or 500ms`, EXIT.badScenario);
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

/** A scenario from one line: one URL at a constant rate. */
export function quickScenario(url: string, options: QuickOptions): Scenario {
  const body = options.body === undefined ? {} : { body: options.body };
  const document = {
    name: `quick ${url}`.slice(0, 200),
    targetUrl: url,
    method: options.method?.toUpperCase() ?? (options.body === undefined ? "GET" : "POST"),
    headers: parseHeaders(options.header ?? []),
    ...body,
    durationSeconds: parseDuration(options.duration),
    loadProfile: { type: "CONSTANT", initialRps: Number(options.rps) },
  };
  return checkScenario(document, "the command");
}
