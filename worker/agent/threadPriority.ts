import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Followed by the thread's number; the system shows it as the name of the thread. */
export const ENGINE_THREAD_NAME = "engine-";

/** Enough to wait for an engine thread; still a tenth of a core where all of them are busy. */
const NICENESS = 10;

type Process = number | "self";

const threadsOf = (process: Process) => `/proc/${process}/task`;

/** Ids of a process's threads by whether they are engine threads; empty where none are shown. */
export function threadIds(isEngine: boolean, process: Process = "self"): number[] {
  return listThreads(process).filter((id) => isEngineThread(process, id) === isEngine);
}

/**
 * Lets every other thread of this process, the agent's and V8's helpers, give way to the engine
 * threads: on a shared core each of them would otherwise hold arrivals up for milliseconds. Linux
 * has a priority per thread; elsewhere nothing changes.
 */
export function giveWayToEngineThreads(niceness = NICENESS): void {
  for (const id of threadIds(false)) {
    try {
      setPriority(id, niceness);
    } catch {
      // The thread has ended meanwhile, or the system does not allow it: arrivals may be later.
    }
  }
}

function listThreads(process: Process): number[] {
  try {
    return readdirSync(threadsOf(process)).map(Number);
  } catch {
    return [];
  }
}

function isEngineThread(process: Process, id: number): boolean {
  try {
    return readFileSync(`${threadsOf(process)}/${id}/comm`, "utf8").startsWith(ENGINE_THREAD_NAME);
  } catch {
    return false;
  }
}
