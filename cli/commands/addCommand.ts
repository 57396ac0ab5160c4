import type { Command } from "commander";

/** Adds one command with its options, help and examples to the program. */
export type AddCommand = (program: Command) => void;

/** Runs a command and becomes its exit code. */
export function ends<Args extends unknown[]>(command: (...args: Args) => Promise<number>) {
  return async (...args: Args): Promise<void> => {
    process.exitCode = await command(...args);
  };
}

/** For options that may be repeated. */
export const collect = (value: string, list: string[] = []): string[] => [...list, value];

/** The end of a command's help: command lines, also with variables set before `onrush`. */
export function examples(...lines: string[]): string {
  const title = lines.length === 1 ? "Example" : "Examples";
  const whole = lines.map((line) => (/^[A-Z_]+=/.test(line) ? line : `onrush ${line}`));
  return `\n${title}:\n${whole.map((line) => `  ${line}`).join("\n")}`;
}
