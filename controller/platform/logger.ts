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

/** Only what an error says: libraries hang the commands they sent, with their contents, on theirs. */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? { code: error.code } : {};
  return { type: error.name, ...code, message: error.message, stack: error.stack };
}

/** JSON lines to `destination` (standard output when absent); errors belong into the field `err`. */
export function createLogger(
  options: LoggerOptions = { level: "info" },
  destination?: { write(line: string): void },
): Logger {
  const settings = {
    name: "controller",
    ...options,
    redact: secrets,
    serializers: { err: plainError },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
