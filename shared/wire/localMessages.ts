import { z } from "zod";
import { claimSchema } from "./claims.ts";
import { commandSchema } from "./commands.ts";
import { heartbeatSchema } from "./heartbeat.ts";
import { sha256Schema } from "../scenario/files.ts";
import { taskSchema } from "./task.ts";

/**
 * Everything that travels the pipe between a controller and a worker that is its child process
 * (`fork` with `serialization: "advanced"`, so a Uint8Array travels as it is).
 *
 * Worker to controller, each answered by `reply` or `refusal` with the same id:
 *   consume    start sending this worker's tasks
 *   subscribe  start sending commands
 *   append     one report for a run's stream
 *   beat       heartbeat; the reply is a BeatReply
 *   claim      iterations for a share; the reply is a Grant
 *   leave      this worker goes
 *   file       the bytes of a file, or nothing when there is none
 *   now        the reply is the common clock in microseconds
 * Controller to worker, unasked: `task` and `command`.
 */
const id = z.int().min(1);

export const workerMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("consume"), id, workerId: z.string().min(1) }),
  z.object({ type: z.literal("subscribe"), id }),
  z.object({
    type: z.literal("append"),
    id,
    runId: z.string().min(1),
    bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
  z.object({ type: z.literal("beat"), id, heartbeat: heartbeatSchema }),
  z.object({ type: z.literal("claim"), id, claim: claimSchema }),
  z.object({ type: z.literal("leave"), id, workerId: z.string().min(1) }),
  z.object({ type: z.literal("file"), id, sha256: sha256Schema }),
  z.object({ type: z.literal("now"), id }),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

/** A message before the pipe has numbered it. */
export type WorkerRequest = WorkerMessage extends infer M
  ? M extends WorkerMessage
    ? Omit<M, "id">
    : never
  : never;

export const controllerMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("reply"), id, value: z.unknown() }),
  z.object({ type: z.literal("refusal"), id, reason: z.string() }),
  z.object({ type: z.literal("task"), task: taskSchema }),
  z.object({ type: z.literal("command"), command: commandSchema }),
]);
export type ControllerMessage = z.infer<typeof controllerMessageSchema>;

/** The reply to `now`. */
export const nowReplySchema = z.number();

/** The reply to `file`. */
export const fileReplySchema = z.instanceof(Uint8Array).optional();

/** One end of a pipe. Messages arrive in the order they were sent; what a closed one is sent is lost. */
export interface LocalChannel {
  send(message: WorkerMessage | ControllerMessage): void;
  onMessage(handle: (message: unknown) => void): void;
  /** Called once, however the pipe ended. */
  onClose(handle: () => void): void;
  /** Closes both ends; harmless when closed. */
  close(): void;
}
