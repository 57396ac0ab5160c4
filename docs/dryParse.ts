import { createProgram } from "@onrush/cli/main.ts";

type Program = ReturnType<typeof createProgram>;

function silence(command: Program, output: string[]): void {
  const write = (text: string) => void output.push(text);
  command.action(() => {});
  command.exitOverride();
  command.configureOutput({ writeOut: write, writeErr: write });
  for (const sub of command.commands) silence(sub, output);
}

/**
 * Whether the `onrush` command takes these words, without doing what they say: undefined when it
 * does, otherwise what it would answer.
 */
export function dryParse(args: readonly string[]): string | undefined {
  const output: string[] = [];
  const program = createProgram();
  silence(program, output);
  try {
    program.parse([...args], { from: "user" });
    return undefined;
  } catch (error) {
    return output.join("") || String(error);
  }
}

/** Every command there is, in the order of the help. */
export const commandNames = (): string[] => createProgram().commands.map((one) => one.name());

/** What `onrush NAME --help` prints. */
export const helpOf = (name: string): string => dryParse([name, "--help"]) ?? "";
