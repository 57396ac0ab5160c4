import { setTimeout as pause } from "node:timers/promises";
import { ArrivalSchedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { Ownership, split } from "@onrush/shared/schedule/ownership.ts";
import { peakRate } from "@onrush/shared/schedule/rateCurve.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { ThreadMeter } from "../health/threadHealth.ts";
import { ArrivalCursor } from "../pacing/arrivalCursor.ts";
import { compileSteps } from "../steps/compileSteps.ts";
import type { FromEngine, ThreadHealth, ToEngine } from "./engineMessages.ts";
import { monotonicUs } from "./monotonicClock.ts";
import type { Program } from "./operation.ts";
import { ShareRunner } from "./shareRunner.ts";

const TICK_MS = 1;
const SWEEP_EVERY_US = 50_000;
const COUNTS_EVERY_US = 200_000;
const MIN_HEALTH_SPAN_US = 500_000;
const WARM_UP_WITHIN_MS = 5_000;
/** Connections opened ahead: enough for answers that take this long, within reason. */
const WARM_ANSWER_SECONDS = 0.01;
const MAX_WARM_CONNECTIONS = 64;

interface Prepared {
  task: Task;
  program: Program;
  runner: ShareRunner;
  lease: BigInt64Array;
  clock: { originUs: number };
  started: boolean;
}

/** All shares of one engine thread, driven by one timer. */
export class Engine {
  readonly #shares = new Map<string, Prepared>();
  readonly #send: (message: FromEngine) => void;
  #meter: ThreadMeter | undefined;
  #health: ThreadHealth = { cpu: 0, lagP99Us: 0 };
  #healthAtUs = -Infinity;
  #lastTickUs = 0;
  #lastSweepUs = 0;
  #lastCountsUs = 0;
  #ticking = false;

  constructor(send: (message: FromEngine) => void) {
    this.#send = send;
  }

  handle(message: ToEngine): void {
    switch (message.type) {
      case "prepare":
        return this.#prepare(message);
      case "start":
        return this.#start(message.key, message.startUs);
      case "stop": {
        const share = this.#shares.get(message.key);
        share?.runner.stop(monotonicUs() - share.clock.originUs);
        return;
      }
      case "drop":
        return this.#drop(message.key);
    }
  }

  #prepare(message: Extract<ToEngine, { type: "prepare" }>): void {
    const { key } = message;
    let share: Prepared;
    try {
      share = prepareShare(message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#send({ type: "refused", key, reason });
    }
    this.#shares.set(key, share);
    const perThread =
      peakRate(share.task.curve) /
      message.task.ownership.reduce(
        (parts, level) => parts * (typeof level.weights === "number" ? level.weights : 1),
        message.threads,
      );
    const warm = Math.min(MAX_WARM_CONNECTIONS, Math.ceil(perThread * WARM_ANSWER_SECONDS));
    // A target that does not even answer to connect must fail requests, not the barrier.
    Promise.race([
      share.program.warmUp(warm),
      pause(WARM_UP_WITHIN_MS, undefined, { ref: false }),
    ]).then(
      () => this.#send({ type: "prepared", key }),
      (error: unknown) => this.#send({ type: "refused", key, reason: String(error) }),
    );
  }

  #start(key: string, startUs: number): void {
    const share = this.#shares.get(key);
    if (share === undefined || share.started) return;
    share.clock.originUs = startUs;
    share.started = true;
    if (this.#ticking) return;
    this.#ticking = true;
    this.#lastTickUs = monotonicUs();
    this.#meter = new ThreadMeter(this.#lastTickUs);
    setTimeout(this.#tick, TICK_MS);
  }

  readonly #tick = (): void => {
    const nowUs = monotonicUs();
    this.#meter?.tick(nowUs - this.#lastTickUs, TICK_MS * 1000);
    this.#lastTickUs = nowUs;
    const sweep = nowUs - this.#lastSweepUs >= SWEEP_EVERY_US;
    const counts = nowUs - this.#lastCountsUs >= COUNTS_EVERY_US;
    if (sweep) this.#lastSweepUs = nowUs;
    if (counts) this.#lastCountsUs = nowUs;
    for (const [key, share] of this.#shares) {
      if (share.started) this.#drive(key, share, nowUs, sweep, counts);
    }
    if ([...this.#shares.values()].some((share) => share.started)) {
      setTimeout(this.#tick, TICK_MS);
    } else {
      this.#ticking = false;
    }
  };

  #drive(key: string, share: Prepared, nowUs: number, sweep: boolean, counts: boolean): void {
    const runUs = nowUs - share.clock.originUs;
    if (runUs < 0) return;
    const leaseUs = Number(Atomics.load(share.lease, 0) / 1000n);
    share.runner.release(runUs, nowUs <= leaseUs);
    if (sweep) share.runner.sweep(runUs);
    if (counts) {
      const { started, dropped } = share.runner.totals;
      const droppedSum = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      this.#send({ type: "counts", key, started, dropped: droppedSum });
    }
    const report = share.runner.report(runUs);
    if (report === undefined) return;
    this.#send({ type: "report", key, report, health: this.#measureHealth(nowUs) });
    if (share.runner.isOver) this.#drop(key);
  }

  /** The thread's health is one thing, however many shares report in the same second. */
  #measureHealth(nowUs: number): ThreadHealth {
    if (this.#meter !== undefined && nowUs - this.#healthAtUs >= MIN_HEALTH_SPAN_US) {
      this.#health = this.#meter.take(nowUs);
      this.#healthAtUs = nowUs;
    }
    return this.#health;
  }

  #drop(key: string): void {
    const share = this.#shares.get(key);
    if (share === undefined) return;
    this.#shares.delete(key);
    share.runner.interrupt();
    share.program.close();
  }
}

function prepareShare(message: Extract<ToEngine, { type: "prepare" }>): Prepared {
  const { task, thread, threads } = message;
  const clock = { originUs: 0 };
  const nowUs = () => monotonicUs() - clock.originUs;
  const schedule = new ArrivalSchedule(task.curve);
  const levels = [...task.ownership, { offset: 0, weights: threads, index: thread }];
  const startUs = task.startMs * 1000;
  const program = compileSteps(task.steps, { nowUs }, task);
  const runner = new ShareRunner(
    {
      cursor: new ArrivalCursor(schedule, new Ownership(levels), startUs),
      program,
      maxInFlight: Math.max(1, split(task.maxInFlight, threads)[thread] ?? 1),
      requestTimeoutUs: task.requestTimeoutMs * 1000,
      gracefulStopUs: task.gracefulStopMs * 1000,
      endUs: startUs + schedule.durationUs,
    },
    nowUs,
  );
  return { task, program, runner, lease: new BigInt64Array(message.lease), clock, started: false };
}
