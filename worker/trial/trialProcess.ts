import type { FromTrial } from "@onrush/shared/trial/trialEvents.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { TaskFiles } from "../agent/taskFiles.ts";
import { runTrial } from "./runTrial.ts";

/** A process that tries one task, for the one that has started it: one message in, events out. */

export interface ToTrial {
  task: Task;
  /** By SHA-256: the files that the task names. */
  contents: ReadonlyMap<string, Uint8Array>;
  secretTexts: readonly string[];
  secretValues: readonly string[];
  waits: boolean;
}

function tell(event: FromTrial): Promise<void> {
  return new Promise((resolve) => void process.send?.(event, () => resolve()));
}

async function tryTask({ task, contents, ...options }: ToTrial): Promise<void> {
  try {
    const source = { read: (sha256: string) => Promise.resolve(contents.get(sha256)) };
    const files = await new TaskFiles({ source, ownerUrl: () => undefined }).load(task);
    const end = await runTrial({ task, files, ...options }, (event) => void tell(event));
    await tell({ type: "over", ...end });
  } catch (error) {
    await tell({ type: "refused", reason: error instanceof Error ? error.message : String(error) });
  }
}

// A Ctrl-C in the terminal reaches us too; the parent decides what it means.
process.on("SIGINT", () => {});
process.once("disconnect", () => process.exit(0));
process.once("message", (message: ToTrial) => void tryTask(message));
