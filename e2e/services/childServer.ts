import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./freePort.ts";
import { reasonOf } from "./service.ts";
import { startWatchdog } from "./watchdog.ts";

export type ChildServer = { readonly pid: number; readonly port: number; stop(): Promise<void> };

export type ChildServerOptions = {
  readonly command: string;
  arguments(port: number, dir: string): readonly string[];
  /** Rejects until the server on 127.0.0.1:`port` answers, and if it can tell that the one answering is not `pid`. */
  probe(port: number, pid: number): Promise<void>;
  /** Default: a free one, and another if that is lost before the server has it. */
  readonly port?: number | undefined;
  /** Default: a fresh one, removed when it stops. A given one stays, for who brings the server back. */
  readonly dir?: string | undefined;
};

const START_ATTEMPTS = 3;
// A killed server's port may need a moment to become free.
const ATTEMPT_PAUSE_MS = 100;
const START_TIMEOUT_MS = 10_000;
const PROBE_INTERVAL_MS = 20;
const TERM_TIMEOUT_MS = 5_000;
const OUTPUT_TAIL_CHARACTERS = 2_000;

/** Starts a server of our own in a fresh directory and resolves once it answers; rejects with its last words. */
export async function startChildServer(options: ChildServerOptions): Promise<ChildServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options, options.port ?? (await freePort()));
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
      await sleep(ATTEMPT_PAUSE_MS);
    }
  }
}

async function startOnce(options: ChildServerOptions, port: number): Promise<ChildServer> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "onrush-test-")));
  // In a group of its own, so that Ctrl-C reaches our teardown first and not the server.
  const child = spawn(options.command, [...options.arguments(port, dir)], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const tail = outputTail(child);
  // Without this listener a failure to start would end our process; waitUntilReady reports it.
  child.once("error", (error) => tail.add(error.message));
  const { pid } = child;
  if (pid === undefined) {
    await rm(dir, { recursive: true, force: true });
    throw new Error(`${options.command} could not be started`);
  }
  const watchdog = startWatchdog(pid, dir);
  // From here on the number may belong to another process.
  child.once("exit", () => watchdog.dismiss());
  const stop = async (): Promise<void> => {
    await endProcess(child);
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(child, () => options.probe(port, pid));
  } catch (error) {
    await stop();
    throw new Error(`${options.command} ${reasonOf(error)}: ${tail.text()}`, { cause: error });
  }
  return { pid, port, stop };
}

async function waitUntilReady(child: ChildProcess, probe: () => Promise<void>): Promise<void> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const failure = await probe().then(
      () => undefined,
      (error: unknown) => error,
    );
    // Asked after the probe: if our child lost the port to another server, that one answered.
    if (hasEnded(child)) throw new Error("ended before it answered");
    if (failure === undefined) return;
    if (performance.now() > deadlineMs)
      throw new Error("gave no answer in time", { cause: failure });
    await sleep(PROBE_INTERVAL_MS);
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  // A test may have stopped the process with SIGSTOP, and then only SIGKILL gets through.
  const timer = setTimeout(() => child.kill("SIGKILL"), TERM_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Reading the output keeps the child from blocking on a full pipe. */
function outputTail(child: ChildProcess): { add(text: string): void; text(): string } {
  let kept = "";
  const add = (text: string): void => {
    kept = (kept + text).slice(-OUTPUT_TAIL_CHARACTERS);
  };
  child.stdout?.setEncoding("utf8").on("data", add);
  child.stderr?.setEncoding("utf8").on("data", add);
  return { add, text: () => kept.trim() || "it printed nothing" };
}
