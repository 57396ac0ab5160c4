import { execFile } from "node:child_process";

export type CommandResult =
  { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly reason: string };

export type CommandOptions = {
  readonly timeoutMs: number;
  readonly cwd?: string;
  /** Added to our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
};

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const MAX_REASON_CHARACTERS = 400;

/** Runs a command to its end without printing anything; a failure is data and carries the end of what it said. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const settings = {
      timeout: options.timeoutMs,
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { ...process.env, ...options.environment },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    };
    execFile(command, args, settings, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ ok: true, stdout });
        return;
      }
      const cause = error.killed === true ? `no end after ${options.timeoutMs} ms` : error.message;
      const said = stderr.trim().slice(-MAX_REASON_CHARACTERS);
      resolve({ ok: false, reason: said === "" ? cause : said });
    });
  });
}
