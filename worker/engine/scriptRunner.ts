import { stepsOf } from "@onrush/shared/flow/flow.ts";
import { MAX_LISTED, MAX_VARIABLES_LENGTH, type ScriptResult } from "@onrush/shared/wire/script.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { RequestResult } from "../metrics/dueSecond.ts";
import { Recorder } from "../metrics/recorder.ts";
import type { ToEngine } from "./engineMessages.ts";
import { Iterations, NO_LEASE } from "./iterations.ts";
import { monotonicUs } from "./monotonicClock.ts";
import type { Program } from "./operation.ts";
import { compileTask } from "../steps/compileTask.ts";
import type { Slot } from "./slot.ts";

const TURN_MS = 5;

/** Setup and teardown are few requests: each is noted, and none is counted to the load. */
class StepLog extends Recorder {
  readonly results: RequestResult[] = [];

  override request(result: RequestResult): void {
    this.results.push({ ...result });
  }
}

/**
 * Does setup or teardown: one iteration of one user, in one engine thread. It begins with the lease
 * and ends, as any iteration does, where that has lapsed.
 */
export class ScriptRunner {
  readonly #task: Task;
  readonly #program: Program;
  readonly #log = new StepLog();
  readonly #iterations: Iterations;
  readonly #lease: BigInt64Array;
  readonly #clock: { originUs: number };
  #timer: NodeJS.Timeout | undefined;
  #hasBegun = false;

  private constructor(task: Task, program: Program, lease: BigInt64Array) {
    this.#task = task;
    this.#lease = lease;
    this.#clock = { originUs: 0 };
    // Its variables are what it is there for.
    this.#program = { ...program, keptVariables: Infinity };
    this.#iterations = new Iterations(
      {
        ...{ program: this.#program, limit: 1, thinkTime: null, seed: task.seed },
        requestTimeoutUs: task.requestTimeoutMs * 1000,
      },
      this.#log,
      () => monotonicUs() - this.#clock.originUs,
    );
  }

  /** Rejects when its steps cannot be compiled. */
  static async prepare({
    task,
    lease: memory,
    files,
  }: Extract<ToEngine, { type: "prepare" }>): Promise<ScriptRunner> {
    const lease = new BigInt64Array(memory);
    const clock = {
      nowUs: () => monotonicUs() - runner.#clock.originUs,
      maySend: () => monotonicUs() <= Number(Atomics.load(lease, 0)) / 1000,
    };
    const limits = { connections: Infinity, perUser: false };
    const program = await compileTask(task, clock, { files, limits });
    const runner: ScriptRunner = new ScriptRunner(task, program, lease);
    return runner;
  }

  /** Begins as soon as there is a lease; `ended` is called once, unless it is closed before. */
  run(ended: (result: ScriptResult) => void): void {
    if (this.#timer !== undefined) return;
    this.#clock.originUs = monotonicUs();
    this.#iterations.onEnded = (slot) => {
      const result = this.#result(slot);
      this.close();
      ended(result);
    };
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
  }

  #turn(): void {
    const { originUs } = this.#clock;
    const nowUs = monotonicUs() - originUs;
    this.#iterations.leaseUntilUs = Number(Atomics.load(this.#lease, 0)) / 1000 - originUs;
    const leasedUs = this.#hasBegun ? NO_LEASE : this.#iterations.leasedAtUs();
    if (leasedUs !== NO_LEASE) {
      this.#hasBegun = true;
      const slot = this.#iterations.take();
      if (slot === undefined) throw new RangeError("there is a slot for the one iteration");
      this.#iterations.begin(slot, 0, leasedUs, leasedUs, false);
    }
    this.#iterations.wake(nowUs);
    this.#iterations.cancelOverdue(nowUs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#iterations.onEnded = () => {};
    this.#iterations.interrupt();
    this.#program.close();
  }

  #result(slot: Slot): ScriptResult {
    const names = stepsOf(this.#task.steps).map(({ name }) => name);
    const { results } = this.#log;
    const steps = results.slice(0, MAX_LISTED).map((one) => ({
      name: names[one.step] ?? "",
      ok: one.outcome !== "failed" && one.outcome !== "interrupted",
      ...{ status: one.status, error: one.error },
      ms: Math.max(0, one.endUs - Math.max(one.sentUs, one.beganUs)) / 1000,
    }));
    const reason = this.#failure(slot, names);
    const requests = results.length;
    if (reason !== "") return { ok: false, reason, variables: {}, requests, steps };
    const values = this.#program.variables.flatMap((name, i) => {
      const value = slot.variables[i];
      return value === undefined ? [] : [[name, value] as const];
    });
    const length = values.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    if (length > MAX_VARIABLES_LENGTH) {
      const told = `extracts ${length} characters; at most ${MAX_VARIABLES_LENGTH}`;
      return { ok: false, reason: told, variables: {}, requests, steps };
    }
    return { ok: true, reason, variables: Object.fromEntries(values), requests, steps };
  }

  /** Empty when all went well. */
  #failure(slot: Slot, names: readonly string[]): string {
    const { flow } = this.#program;
    const failed = this.#log.results.find(
      ({ outcome, step }) => outcome === "failed" && flow?.endings[step] !== "never",
    );
    if (failed !== undefined) {
      const { error, status, step } = failed;
      const answer = status === 0 ? "" : `status ${status}`;
      const why = [error, answer].filter((part) => part !== "").join(", ");
      return `step "${names[step] ?? ""}": ${why}`;
    }
    if (!slot.iterationInterrupted) return "";
    return "its worker has heard of no controller for too long, and sends nothing more";
  }
}
