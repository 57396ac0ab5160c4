import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const EXIT_WITHIN_MS = 3_000;

/** Starts a worker process of the embedded platform. */
export function forkWorker(environment: NodeJS.ProcessEnv): ChildProcess {
  const file = fileURLToPath(import.meta.resolve("@onrush/worker/main.ts"));
  return fork(file, [], {
    serialization: "advanced",
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

const hasExited = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Ends a worker process: it leaves when its pipe closes, and is killed if it does not. */
export async function endWorker(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), EXIT_WITHIN_MS);
  await exited;
  clearTimeout(timer);
}
