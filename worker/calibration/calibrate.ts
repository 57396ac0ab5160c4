import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Calibration } from "@onrush/shared/wire/capacity.ts";
import { thisMachine } from "./capacityFile.ts";
import type { LoopOptions, LoopResult } from "./closedLoop.ts";
import type { FromLoadThread } from "./loadThread.ts";
import { ResponderProcess } from "./responderProcess.ts";
import { measureTimers } from "./timers.ts";

/** Enough that a thread never waits for an answer. */
const CONNECTIONS_PER_THREAD = 64;

interface CalibrateOptions {
  threads: number;
  /** Measured time of each of the three stages. */
  seconds: number;
}

const rateOf = ({ requests, seconds }: LoopResult) => (seconds > 0 ? requests / seconds : 0);
const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

async function load(thread: Worker, options: LoopOptions): Promise<LoopResult> {
  const answer = once(thread, "message");
  thread.postMessage(options);
  const [message] = (await answer) as [FromLoadThread];
  if (message.type === "failed") throw new Error(message.reason);
  return message.result;
}

/** One engine thread over many connections, and what that costs it and the responder. */
async function measureThread(thread: Worker, responder: ResponderProcess, options: LoopOptions) {
  const [before, startedAt] = [await responder.cpuUs(), performance.now()];
  const result = await load(thread, options);
  const passedUs = (performance.now() - startedAt) * 1000;
  const { requests, seconds, cpuUs } = result;
  return {
    perThread: rateOf(result),
    cpuUsPerRequest: rounded(requests > 0 ? cpuUs / requests : 0, 2),
    threadCpu: rounded(seconds > 0 ? cpuUs / (seconds * 1e6) : 0, 3),
    responderCpu: rounded(((await responder.cpuUs()) - before) / passedUs, 3),
  };
}

/**
 * Measures what this machine can do as a worker: its timers, and the highest rate of a connection,
 * of an engine thread and of all of them, each thread against a minimal responder of its own in a
 * child process. Takes about four times `seconds`. Rejects when a request fails.
 */
export async function calibrate({ threads, seconds }: CalibrateOptions): Promise<Calibration> {
  const timers = await measureTimers();
  const responders: ResponderProcess[] = [];
  const workers: Worker[] = [];
  const file = new URL("loadThread.ts", import.meta.url);
  try {
    for (let i = 0; i < threads; i++) {
      responders.push(await ResponderProcess.start());
      workers.push(new Worker(file, { name: `calibration-${i}` }));
    }
    const [responder, worker] = [responders[0], workers[0]];
    if (responder === undefined || worker === undefined) throw new RangeError("no thread");
    const options = (i: number, connections: number): LoopOptions => ({
      ...{ url: responders[i]?.url ?? "", connections, forMs: seconds * 1000 },
    });
    const single = await load(worker, options(0, 1));
    const one = await measureThread(worker, responder, options(0, CONNECTIONS_PER_THREAD));
    const together =
      threads === 1
        ? undefined
        : await Promise.all(
            workers.map((thread, i) => load(thread, options(i, CONNECTIONS_PER_THREAD))),
          );
    const all = together?.reduce((sum, result) => sum + rateOf(result), 0) ?? one.perThread;
    const { perThread, ...cost } = one;
    return {
      capacity: {
        requestsPerSecond: Math.round(all),
        perThread: Math.round(perThread),
        perConnection: Math.round(rateOf(single)),
      },
      timers,
      ...cost,
      machine: thisMachine(threads),
      measuredAt: new Date().toISOString(),
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    await Promise.all(responders.map((responder) => responder.close()));
  }
}
