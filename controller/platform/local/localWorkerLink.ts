import {
  workerMessageSchema,
  type ControllerMessage,
  type LocalChannel,
  type WorkerMessage,
} from "@onrush/shared/wire/localMessages.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { FileStore } from "../../scenarios/fileStore.ts";
import type { WorkerLink } from "../ports.ts";
import { createLocalControlBus } from "./localControlBus.ts";
import { createLocalReportStream } from "./localReportStream.ts";
import { createLocalRunLease } from "./localRunLease.ts";
import { createLocalTaskQueue } from "./localTaskQueue.ts";
import { createLocalWorkerDirectory } from "./localWorkerDirectory.ts";

export interface LocalWorkerLink extends WorkerLink {
  /** Serves the worker at the other end until the channel closes. */
  attach(channel: LocalChannel): void;
}

export interface LocalWorkerLinkOptions {
  /** Unix microseconds that never go backwards. */
  nowUs?(): number;
  warn?(text: string): void;
  /** What workers may ask for; without it there is none. */
  files?: Pick<FileStore, "get">;
}

/** Workers are child processes and everything lives in this one's memory. */
export function createLocalWorkerLink(options: LocalWorkerLinkOptions = {}): LocalWorkerLink {
  const nowUs = options.nowUs ?? monotonicUnixUs;
  const warn = options.warn ?? ((text: string) => process.emitWarning(text));
  const ports = { ...createPorts(nowUs, warn), files: options.files };
  const channels = new Set<LocalChannel>();
  return {
    name: "local",
    tasks: ports.tasks,
    reports: ports.reports,
    control: ports.control,
    directory: ports.directory,
    lease: ports.lease,
    clock: { nowUs: async () => nowUs() },
    attach(channel) {
      channels.add(channel);
      const detach = serve(channel, ports, warn);
      channel.onClose(() => {
        channels.delete(channel);
        detach();
      });
    },
    ping: async () => undefined,
    close: async () => {
      for (const channel of channels) channel.close();
    },
  };
}

/** Unlike Date.now() it does not follow when somebody sets the system's clock. */
function monotonicUnixUs(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1_000);
}

type Ports = ReturnType<typeof createPorts> & { files: LocalWorkerLinkOptions["files"] };

function createPorts(nowUs: () => number, warn: (text: string) => void) {
  const tasks = createLocalTaskQueue();
  const control = createLocalControlBus();
  const lease = createLocalRunLease(nowUs);
  const directory = createLocalWorkerDirectory({
    nowUs,
    keptCommands: control.kept,
    isOwned: lease.isHeld,
    onReleased(runId) {
      control.release(runId);
      lease.forgetStop(runId);
    },
    onForgotten: tasks.drop,
  });
  return { tasks, control, directory, lease, reports: createLocalReportStream(warn), nowUs };
}

/** @returns what undoes the channel's subscriptions */
function serve(channel: LocalChannel, ports: Ports, warn: (text: string) => void): () => void {
  const undo: (() => void)[] = [];
  const workerIds = new Set<string>();
  undo.push(() => ports.directory.disconnected(workerIds));
  channel.onMessage((raw) => {
    const parsed = workerMessageSchema.safeParse(raw);
    if (!parsed.success) {
      warn(`a worker sent what is no message: ${parsed.error.message}`);
      refuse(channel, raw, parsed.error.message);
      return;
    }
    const message = parsed.data;
    if (message.type === "beat") workerIds.add(message.heartbeat.workerId);
    if (message.type === "file") {
      // The only one that is not answered at once.
      void answerFile(message, channel, ports);
      return;
    }
    try {
      const value = answer(message, channel, ports, undo);
      channel.send({ type: "reply", id: message.id, value });
    } catch (error) {
      refuse(channel, raw, error instanceof Error ? error.message : String(error));
    }
  });
  return () => {
    for (const step of undo) step();
  };
}

async function answerFile(
  message: Extract<WorkerMessage, { type: "file" }>,
  channel: LocalChannel,
  { files }: Ports,
): Promise<void> {
  try {
    const value = await files?.get(message.sha256);
    channel.send({ type: "reply", id: message.id, value });
  } catch (error) {
    refuse(channel, message, error instanceof Error ? error.message : String(error));
  }
}

/** Whoever waits for an answer gets one. */
function refuse(channel: LocalChannel, raw: unknown, reason: string): void {
  if (typeof raw !== "object" || raw === null || !("id" in raw)) return;
  if (typeof raw.id === "number") channel.send({ type: "refusal", id: raw.id, reason });
}

function answer(
  message: Exclude<WorkerMessage, { type: "file" }>,
  channel: LocalChannel,
  { tasks, control, directory, reports, nowUs }: Ports,
  undo: (() => void)[],
): unknown {
  const send = (out: ControllerMessage) => channel.send(out);
  switch (message.type) {
    case "consume": {
      const consumer = (task: Task) => send({ type: "task", task });
      tasks.consume(message.workerId, consumer);
      undo.push(() => tasks.disconnect(message.workerId, consumer));
      return undefined;
    }
    case "subscribe":
      undo.push(control.subscribe((command) => send({ type: "command", command })));
      return undefined;
    case "append":
      return reports.append(message.runId, message.bytes);
    case "beat":
      return directory.beat(message.heartbeat);
    case "claim":
      return directory.claim(message.claim);
    case "leave":
      return directory.leave(message.workerId);
    case "now":
      return nowUs();
  }
}
