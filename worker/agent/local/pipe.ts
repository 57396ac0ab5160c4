import type { Command } from "@onrush/shared/wire/commands.ts";
import {
  controllerMessageSchema,
  type LocalChannel,
  type WorkerRequest,
} from "@onrush/shared/wire/localMessages.ts";
import type { Task } from "@onrush/shared/wire/task.ts";

export interface Pipe {
  /** Rejects when the controller refuses, or is gone before it answers. */
  request(request: WorkerRequest): Promise<unknown>;
  /** Calls `handle` once when the controller is gone, at once if it is already; not after `close`. */
  onLost(handle: () => void): void;
  close(): Promise<void>;
}

export interface PipeEvents {
  task(task: Task): void;
  command(command: Command): void;
  warn(text: string): void;
}

type Waiting = Map<number, { resolve(value: unknown): void; reject(error: Error): void }>;

/** Matches replies with requests and hands over what comes unasked. */
export function openPipe(channel: LocalChannel, events: PipeEvents): Pipe {
  const waiting: Waiting = new Map();
  const lostHandlers: (() => void)[] = [];
  let state: "open" | "lost" | "closed" = "open";
  let lastId = 0;
  channel.onMessage((raw) => receive(raw, waiting, events));
  channel.onClose(() => {
    const wasOpen = state === "open";
    if (wasOpen) state = "lost";
    for (const { reject } of waiting.values()) reject(new Error("the controller is gone"));
    waiting.clear();
    if (wasOpen) for (const handle of lostHandlers) handle();
  });
  return {
    request(request) {
      if (state !== "open") return Promise.reject(new Error("the controller is gone"));
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        channel.send({ ...request, id });
      });
    },
    onLost(handle) {
      if (state === "lost") handle();
      else lostHandlers.push(handle);
    },
    async close() {
      if (state === "open") state = "closed";
      channel.close();
    },
  };
}

function receive(raw: unknown, waiting: Waiting, events: PipeEvents): void {
  const parsed = controllerMessageSchema.safeParse(raw);
  if (!parsed.success) {
    events.warn(`the controller sent what is no message: ${parsed.error.message}`);
    return;
  }
  const message = parsed.data;
  switch (message.type) {
    case "reply":
      waiting.get(message.id)?.resolve(message.value);
      waiting.delete(message.id);
      return;
    case "refusal":
      waiting.get(message.id)?.reject(new Error(message.reason));
      waiting.delete(message.id);
      return;
    case "task":
      return events.task(message.task);
    case "command":
      return events.command(message.command);
  }
}
