import { type Logger, pino } from "pino";

export type { Logger };

/** Only what an error says: libraries hang the commands they sent, with their contents, on theirs. */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? { code: error.code } : {};
  return { type: error.name, ...code, message: error.message, stack: error.stack };
}

/** Logs lines of JSON to the error stream; LOG_LEVEL sets the level (default warn). */
export function createLogger(workerId: string): Logger {
  const level = process.env["LOG_LEVEL"] ?? "warn";
  const serializers = { err: plainError };
  return pino(
    { level, base: { worker: workerId }, serializers },
    pino.destination({ dest: 2, sync: true }),
  );
}
