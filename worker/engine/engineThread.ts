import { parentPort } from "node:worker_threads";
import { Engine } from "./engine.ts";
import type { FromEngine, ToEngine } from "./engineMessages.ts";

/** The entry of an engine thread: messages in, messages out. */
const port = parentPort;
if (port === null) throw new Error("engineThread.ts runs as a worker thread only");
const engine = new Engine((message: FromEngine) => port.postMessage(message));
port.on("message", (message: ToEngine) => engine.handle(message));
