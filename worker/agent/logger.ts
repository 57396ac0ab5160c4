import { type Logger, pino } from "pino";

export type { Logger };

/** Logs lines of JSON to the error stream; LOG_LEVEL sets the level (default warn). */
export function createLogger(workerId: string): Logger {
  const level = process.env["LOG_LEVEL"] ?? "warn";
  return pino({ level, base: { worker: workerId } }, pino.destination({ dest: 2, sync: true }));
}
