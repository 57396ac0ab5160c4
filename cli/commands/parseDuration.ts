import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";

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
