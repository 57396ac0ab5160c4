import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";

/** The path of a program on PATH; system folders count too, where servers often are. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "")
    .split(delimiter)
    .concat("/usr/sbin", "/usr/local/sbin");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The command on these cores only ("0", "0,1"); as it is where none are given. */
export function onCore(cores: string | null, command: readonly string[]): string[] {
  return cores === null ? [...command] : ["taskset", "-c", cores, ...command];
}

/** Runs "$@" and prints on descriptor 3 what CPU time it took. */
const COUNT_CPU = '"$@" 3>&-; status=$?; times >&3; exit $status';

/**
 * Seconds of user and system time in what `times` prints: a line for the shell itself, one for
 * the children it has waited for.
 */
export function childCpuSeconds(times: string): number {
  const line = times.trim().split("\n")[1] ?? "";
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new SyntaxError(`not what \`times\` prints: ${times}`);
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

export interface Ran {
  output: string;
  /** User and system time of the process, its threads and the children it waited for. */
  cpuSeconds: number;
}

function collect(stream: Readable): { text: string } {
  const collected = { text: "" };
  stream.on("data", (chunk: Buffer) => (collected.text += chunk.toString()));
  return collected;
}

/**
 * Runs a command to its end. CPU time is what the kernel accounts when the process is waited for,
 * so it is complete, threads included, which no sampling of a running process is. Throws when the
 * command fails or is not over in time.
 */
export async function runCounted(command: readonly string[], timeoutMs: number): Promise<Ran> {
  // A process group of its own, so that ending it leaves nobody behind.
  const child = spawn("sh", ["-c", COUNT_CPU, "sh", ...command], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, LC_ALL: "C" },
  });
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  process.once("exit", end);
  const timer = setTimeout(end, timeoutMs);
  const output = collect(child.stdout as Readable);
  const errors = collect(child.stderr as Readable);
  const times = collect(child.stdio[3] as Readable);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearTimeout(timer);
  process.off("exit", end);
  if (code !== 0) {
    throw new Error(`${command.join(" ")} ended with ${code}: ${errors.text}${output.text}`);
  }
  return { output: output.text, cpuSeconds: childCpuSeconds(times.text) };
}

export interface Running {
  pid: number;
  /** Its exit code. Rejects when it could not be started, or was ended by a signal. */
  ended: Promise<number>;
}

/** Starts a command to be watched while it runs; whoever ends first ends it, too. */
export function startProgram(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Running {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...environment },
  });
  const end = () => void child.kill("SIGTERM");
  process.once("exit", end);
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("exit", end);
      if (code === null) reject(new Error(`${command.join(" ")} was ended by a signal`));
      else resolve(code);
    });
  });
  return { pid: child.pid ?? -1, ended };
}
