import { grantSchema } from "@onrush/shared/wire/claims.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import { beatReplySchema } from "@onrush/shared/wire/heartbeat.ts";
import {
  fileReplySchema,
  nowReplySchema,
  type LocalChannel,
} from "@onrush/shared/wire/localMessages.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { ControllerLink } from "../ports.ts";
import { openPipe } from "./pipe.ts";

export interface LocalControllerLinkOptions {
  warn?(text: string): void;
}

/** The controller is the process at the other end of `channel`, usually `parentChannel()`. */
export function createLocalControllerLink(
  channel: LocalChannel,
  options: LocalControllerLinkOptions = {},
): ControllerLink {
  const warn = options.warn ?? ((text: string) => process.emitWarning(text));
  let takeTask: ((task: Task) => Promise<void>) | undefined;
  let hear: ((command: Command) => void) | undefined;
  const pipe = openPipe(channel, {
    task: (task) => {
      takeTask?.(task).catch((error: unknown) => warn(`a task was not taken: ${String(error)}`));
    },
    command: (command) => hear?.(command),
    warn,
  });
  return {
    name: "local",
    tasks: {
      async consume(workerId, handle) {
        takeTask = handle;
        await pipe.request({ type: "consume", workerId });
      },
    },
    reports: {
      async append(runId, bytes) {
        await pipe.request({ type: "append", runId, bytes });
      },
    },
    commands: {
      async subscribe(handle) {
        hear = handle;
        await pipe.request({ type: "subscribe" });
      },
    },
    directory: {
      beat: async (heartbeat) =>
        beatReplySchema.parse(await pipe.request({ type: "beat", heartbeat })),
      claim: async (claim) => grantSchema.parse(await pipe.request({ type: "claim", claim })),
      async leave(workerId) {
        await pipe.request({ type: "leave", workerId });
      },
    },
    // The pipe itself is what is seen, and without it the process ends.
    presence: { show: async () => undefined },
    clock: { nowUs: async () => nowReplySchema.parse(await pipe.request({ type: "now" })) },
    files: {
      read: async (sha256) => fileReplySchema.parse(await pipe.request({ type: "file", sha256 })),
    },
    onLost: pipe.onLost,
    close: pipe.close,
  };
}
