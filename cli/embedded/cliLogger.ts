import {
  createLogger,
  type Logger,
  type LoggerOptions,
} from "@onrush/controller/platform/logger.ts";

const levels = ["debug", "info", "warn", "error", "silent"] as const;

/** Logs to the error stream, which leaves the standard output to results; LOG_LEVEL sets how much. */
export function cliLogger(): Logger {
  const asked = process.env["LOG_LEVEL"];
  const level: LoggerOptions["level"] = levels.find((name) => name === asked) ?? "warn";
  return createLogger({ level }, { write: (line) => void process.stderr.write(line) });
}
