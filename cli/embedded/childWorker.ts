import { type ChildProcess, fork } from "node:child_process";
import { getPriority, setPriority } from "node:os";
import { fileURLToPath } from "node:url";

const EXIT_WITHIN_MS = 3_000;
/** This process may give way later: workers are to be as they would be without that. */
const ownPriority = getPriority();

/** Starts a worker process of the embedded platform. */
export function forkWorker(environment: NodeJS.ProcessEnv): ChildProcess {
  const file = fileURLToPath(import.meta.resolve("@onrush/worker/main.ts"));
  const child = fork(file, [], {
    serialization: "advanced",
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  keepPriority(child);
  return child;
}

function keepPriority({ pid }: ChildProcess): void {
  if (pid === undefined || getPriority() === ownPriority) return;
  try {
    setPriority(pid, ownPriority);
  } catch {
    // Few systems let anybody but root do so: the worker is then as far behind as this process.
  }
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
