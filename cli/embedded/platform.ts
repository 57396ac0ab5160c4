import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { type RunningController, startController } from "@onrush/controller/main.ts";
import { childChannel } from "@onrush/controller/platform/local/childChannel.ts";
import type { ControllerSettings, WorkerCounts } from "@onrush/controller/platform/settings.ts";
import { giveWayToEngineThreads } from "@onrush/worker/agent/threadPriority.ts";
import { defaultThreads } from "@onrush/worker/main.ts";
import { cliLogger } from "./cliLogger.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { endWorker, forkWorker } from "./childWorker.ts";

const WORKERS_WITHIN_MS = 15_000;
const RESTART_AFTER_MS = 500;
/**
 * Behind the engine threads of its workers, which it shares the machine with, and before what else
 * they do: a quarter of a core where all are busy.
 */
const CONTROLLER_NICENESS = 5;

export interface Platform {
  controller: RunningController;
  close(): Promise<void>;
}

/** Keeps a number of worker processes alive. */
class WorkerProcesses {
  readonly #children = new Set<ChildProcess>();
  #closing = false;

  start(environment: NodeJS.ProcessEnv, controller: RunningController): void {
    const child = forkWorker(environment);
    this.#children.add(child);
    controller.attach?.(childChannel(child));
    child.once("error", (error) => console.error(`a worker process failed: ${error.message}`));
    child.once("exit", () => {
      this.#children.delete(child);
      if (this.#closing) return;
      // A worker that dies is replaced; what it was doing is counted as lost by its run.
      setTimeout(() => {
        if (!this.#closing) this.start(environment, controller);
      }, RESTART_AFTER_MS);
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#children].map(endWorker));
  }
}

async function allWorkersSeen(controller: RunningController, count: number): Promise<void> {
  const until = Date.now() + WORKERS_WITHIN_MS;
  while ((await controller.link.directory.list()).length < count) {
    if (Date.now() > until) {
      throw new CliError(
        `not all ${count} worker processes came up; see the log above`,
        EXIT.error,
      );
    }
    await pause(20);
  }
}

/** A controller in this process and its workers as child processes. */
export async function startPlatform(
  settings: ControllerSettings,
  counts: WorkerCounts,
): Promise<Platform> {
  const controller = await startController(settings, cliLogger());
  const processes = new WorkerProcesses();
  const close = async () => {
    await controller.runs.close(2_000);
    await processes.close();
    await controller.close();
  };
  try {
    const threads = counts.threads ?? defaultThreads(counts.workers);
    const environment = {
      WORKER_THREADS: String(threads),
      WORKER_FILES_MAX_MB: String(counts.filesMb),
      REDIS_URL: settings.redisUrl ?? "",
      ONRUSH_PREFIX: settings.redisPrefix ?? "",
    };
    for (let i = 0; i < counts.workers; i++) processes.start(environment, controller);
    await allWorkersSeen(controller, counts.workers);
    giveWayToEngineThreads(CONTROLLER_NICENESS);
  } catch (error) {
    await close();
    throw error;
  }
  return { controller, close };
}
