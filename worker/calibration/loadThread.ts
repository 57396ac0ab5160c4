import { parentPort } from "node:worker_threads";
import { closedLoop, type LoopOptions, type LoopResult } from "./closedLoop.ts";

/** The entry of a thread that loads a responder when it is told to. */
export type FromLoadThread =
  { type: "result"; result: LoopResult } | { type: "failed"; reason: string };

const port = parentPort;
if (port === null) throw new Error("loadThread.ts runs as a worker thread only");
const say = (message: FromLoadThread) => port.postMessage(message);
port.on("message", (options: LoopOptions) => {
  closedLoop(options).then(
    (result) => say({ type: "result", result }),
    (error: unknown) => say({ type: "failed", reason: String(error) }),
  );
});
