import { setTimeout as pause } from "node:timers/promises";
import type { RequestResult } from "../metrics/dueSecond.ts";
import { Recorder } from "../metrics/recorder.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import type { Operation } from "../engine/operation.ts";
import { Slot } from "../engine/slot.ts";
import { RawTransport } from "../protocols/http/rawTransport.ts";

/** Load for one engine thread: each connection sends its next request when the one before ends. */
export interface LoopOptions {
  url: string;
  connections: number;
  /** Measured time; a quarter of it comes before, unmeasured, until the code is hot. */
  forMs: number;
}

export interface LoopResult {
  requests: number;
  seconds: number;
  /** CPU of this thread in the measured time. */
  cpuUs: number;
}

const WARM_UP_PART = 0.25;
/** After the end, what is under way gets this long. */
const LAST_ANSWERS_MS = 2_000;
/** However fast the machine is. */
const MAX_REQUESTS = 50_000_000;

const threadCpuUs = () => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

/**
 * Sends as fast as answers come, over the raw transport, with everything recorded as in a run.
 * Rejects when a request fails: then nothing was measured.
 */
export async function closedLoop(options: LoopOptions): Promise<LoopResult> {
  const originUs = monotonicUs();
  const clock = { nowUs: () => monotonicUs() - originUs };
  const { url, connections } = options;
  const limits = { connections, perUser: false };
  const transport = new RawTransport(clock, { rejectUnauthorized: true, limits });
  try {
    const operation = transport.operation({ method: "GET", url, headers: {}, body: null });
    await transport.warmUp(connections);
    const loop = new Loop(clock, operation, connections);
    const ended = loop.run();
    await Promise.race([pause(options.forMs * WARM_UP_PART), ended]);
    const before = { requests: loop.requests, atUs: clock.nowUs(), cpuUs: threadCpuUs() };
    await Promise.race([pause(options.forMs), ended]);
    const requests = loop.requests - before.requests;
    const seconds = (clock.nowUs() - before.atUs) / 1e6;
    const cpuUs = threadCpuUs() - before.cpuUs;
    loop.stop();
    await Promise.race([ended, pause(LAST_ANSWERS_MS, undefined, { ref: false })]);
    return { requests, seconds, cpuUs };
  } finally {
    transport.close();
  }
}

class Loop {
  requests = 0;
  readonly #clock: { nowUs(): number };
  readonly #operation: Operation;
  readonly #recorder = new Recorder();
  readonly #slots: Slot[];
  readonly #result: RequestResult = {
    ...{ step: 0, dueUs: 0, beganUs: 0, sentUs: 0, writtenUs: 0, firstByteUs: 0, endUs: 0 },
    ...{ opened: null, status: 0, error: "", checksPassed: 0 },
    outcome: "ok",
  };
  readonly #ended = Promise.withResolvers<void>();
  #busy = 0;
  #second = 0;
  #stopped = false;

  constructor(clock: { nowUs(): number }, operation: Operation, connections: number) {
    this.#clock = clock;
    this.#operation = operation;
    this.#slots = Array.from({ length: connections }, (_, index) => new Slot(index));
  }

  run(): Promise<void> {
    for (const slot of this.#slots) this.#next(slot, this.#clock.nowUs());
    return this.#ended.promise;
  }

  stop(): void {
    this.#stopped = true;
  }

  #next(slot: Slot, nowUs: number): void {
    this.#busy++;
    slot.beginRequest(0, nowUs, nowUs);
    this.#recorder.started(nowUs, 0, nowUs);
    this.#recorder.wallAt(nowUs).step(0).sent++;
    this.#operation.perform(slot, this.#done);
  }

  readonly #done = (slot: Slot): void => {
    this.#busy--;
    if (slot.status !== 200) {
      this.#stopped = true;
      return this.#ended.reject(new Error(`a request failed: ${slot.error || slot.status}`));
    }
    this.requests++;
    this.#record(slot);
    if (!this.#stopped && this.requests < MAX_REQUESTS) this.#next(slot, slot.endUs);
    else if (this.#busy === 0) this.#ended.resolve();
  };

  #record(slot: Slot): void {
    const result = this.#result;
    result.dueUs = slot.dueUs;
    result.beganUs = slot.beganUs;
    result.sentUs = slot.sentUs;
    result.writtenUs = slot.writtenUs;
    result.firstByteUs = slot.firstByteUs;
    result.opened = slot.opened;
    result.endUs = slot.endUs;
    result.status = slot.status;
    this.#recorder.request(result);
    const wall = this.#recorder.wallAt(slot.endUs).step(0);
    wall.completed++;
    wall.bytesSent += slot.bytesSent;
    wall.bytesReceived += slot.bytesReceived;
    this.#recorder.iteration(slot.dueUs, "ok", slot.endUs - slot.dueUs);
    const second = Math.floor(slot.endUs / 1e6);
    if (second <= this.#second) return;
    this.#second = second;
    this.#recorder.flush(second - 1);
  }
}
