import { pino } from "pino";

interface Log {
  (message: string): void;
  (fields: object, message: string): void;
}

/** What the controller's parts log with: fields, if any, then one plain sentence. */
export interface Logger {
  debug: Log;
  info: Log;
  warn: Log;
  error: Log;
}

export interface LoggerOptions {
  level: "debug" | "info" | "warn" | "error" | "silent";
}

const secrets = ["authorization", "cookie", "password", "token"].flatMap((field) => [
  field,
  `*.${field}`,
]);

/** JSON lines to `destination` (standard output when absent); errors belong into the field `err`. */
export function createLogger(
  options: LoggerOptions = { level: "info" },
  destination?: { write(line: string): void },
): Logger {
  const settings = { name: "controller", ...options, redact: secrets };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
