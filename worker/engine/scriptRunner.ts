import type { ScriptResult } from "@onrush/shared/wire/script.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { ToEngine } from "./engineMessages.ts";
import { Iterations, NO_LEASE } from "./iterations.ts";
import { monotonicUs } from "./monotonicClock.ts";
import type { Program } from "./operation.ts";
import { compileTask } from "../steps/compileTask.ts";
import { scriptProgram, scriptResult, StepLog } from "./scriptResult.ts";

const TURN_MS = 5;

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
    this.#program = scriptProgram(program);
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
      const result = scriptResult(this.#task, this.#program, this.#log, slot);
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
}
