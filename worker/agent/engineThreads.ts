import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { Task } from "@onrush/shared/wire/task.ts";
import { type FromEngine, noFiles, type ToEngine } from "../engine/engineMessages.ts";
import { ShareCounts } from "../engine/shareCounts.ts";
import { growFileTable } from "../health/fileTable.ts";
import { ENGINE_THREAD_NAME, giveWayToEngineThreads } from "./threadPriority.ts";

/**
 * What lives for long (connections, mostly) is moved out of the young generation while the thread
 * stands still: a small one makes it 5 ms at a time instead of 20 when connections are opened.
 */
const YOUNG_MB = 12;

/** Connections that a scenario may have open by default, and this process's own files. */
const USUAL_FILES = 10_100;

/** The engine threads of this worker. Each divides every share by the same rule as workers do. */
export class EngineThreads {
  readonly count: number;
  readonly #threads: Worker[] = [];

  private constructor(count: number) {
    this.count = count;
  }

  static async start(
    count: number,
    onMessage: (thread: number, message: FromEngine) => void,
    onDeath: (error: Error) => void,
  ): Promise<EngineThreads> {
    const engine = new EngineThreads(count);
    growFileTable(USUAL_FILES);
    // Its helper threads take longer to be woken than a small heap takes to be collected.
    setFlagsFromString("--no-parallel-scavenge");
    const file = new URL("../engine/engineThread.ts", import.meta.url);
    for (let thread = 0; thread < count; thread++) {
      const worker = new Worker(file, {
        name: `${ENGINE_THREAD_NAME}${thread}`,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      });
      worker.on("message", (message: FromEngine) => onMessage(thread, message));
      worker.on("error", onDeath);
      engine.#threads.push(worker);
      await new Promise<void>((resolve, reject) => {
        worker.once("online", () => resolve());
        worker.once("error", reject);
      });
    }
    giveWayToEngineThreads();
    return engine;
  }

  /** `counts` is memory of `ShareCounts`, for who wants to read it. */
  prepare(
    key: string,
    task: Task,
    lease: SharedArrayBuffer,
    counts = ShareCounts.memoryFor(this.count),
    files = noFiles,
  ): void {
    this.#threads.forEach((worker, thread) => {
      const { count: threads } = this;
      const place = { thread, threads, lease, counts };
      const message: ToEngine = { type: "prepare", key, task, files, ...place };
      worker.postMessage(message);
    });
  }

  send(message: ToEngine): void {
    for (const worker of this.#threads) worker.postMessage(message);
  }

  sendTo(thread: number, message: ToEngine): void {
    this.#threads[thread]?.postMessage(message);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((worker) => worker.terminate()));
  }
}
