import { setTimeout as pause } from "node:timers/promises";
import { noThreadHealth, ThreadMeter } from "../health/threadHealth.ts";
import type { FromEngine, ThreadHealth, ToEngine } from "./engineMessages.ts";
import { monotonicUs } from "./monotonicClock.ts";
import { type PreparedShare, prepareShare } from "./prepareShare.ts";
import { ScriptRunner } from "./scriptRunner.ts";

const TICK_MS = 1;
/** What precise pacing may be late by of its own accord. */
const SPIN_US = 20;
const SWEEP_EVERY_US = 50_000;
/** Each tick of a timer; precise pacing goes round oftener than the counts are worth. */
const COUNTS_EVERY_US = 900;
const MIN_HEALTH_SPAN_US = 500_000;
const WARM_UP_WITHIN_MS = 5_000;
/** A take-over's first arrival is due about 500 ms after its task was sent. */
const WARM_UP_TAKE_OVER_WITHIN_MS = 100;

/** All shares of one engine thread, driven by one timer. */
export class Engine {
  readonly #shares = new Map<string, PreparedShare>();
  readonly #scripts = new Map<string, ScriptRunner>();
  /** The latest message to prepare each share that is not prepared yet. */
  readonly #preparing = new Map<string, ToEngine>();
  readonly #send: (message: FromEngine) => void;
  #meter: ThreadMeter | undefined;
  #health = noThreadHealth();
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
        void this.#prepare(message);
        return;
      case "runScript":
        this.#scripts
          .get(message.key)
          ?.run((result) => this.#send({ type: "scriptEnded", key: message.key, result }));
        return;
      case "start":
        return this.#start(message.key, message.startUs);
      case "granted": {
        const share = this.#shares.get(message.key);
        share?.granted(message.first, message.count, monotonicUs() - share.clock.originUs);
        return;
      }
      case "stop": {
        const share = this.#shares.get(message.key);
        share?.runner.stop(monotonicUs() - share.clock.originUs);
        return;
      }
      case "handBack":
        return this.#shares.get(message.key)?.runner.handBack(message.cutUs);
      case "drop":
        return this.#drop(message.key);
    }
  }

  /** Iterations that a share has begun so far; 0 when it is not there. */
  startedOf(key: string): number {
    return this.#shares.get(key)?.runner.counts.started ?? 0;
  }

  /** Says `prepared` or `refused`, unless the share is dropped before. */
  async #prepare(message: Extract<ToEngine, { type: "prepare" }>): Promise<void> {
    const { key } = message;
    this.#preparing.set(key, message);
    try {
      if (message.task.script !== undefined) return await this.#prepareScript(message);
      const share = await prepareShare(message, (request, want) =>
        this.#send({ type: "claim", key, request, want }),
      );
      // Dropped meanwhile, or handed out again.
      if (this.#preparing.get(key) !== message) return share.program.close();
      this.#preparing.delete(key);
      this.#shares.set(key, share);
      const isTakeOver = message.task.fromMs > 0;
      // A target that does not even answer to connect must fail requests, not the barrier.
      const warm = Promise.race([
        share.program.warmUp(share.warmConnections),
        pause(isTakeOver ? WARM_UP_TAKE_OVER_WITHIN_MS : WARM_UP_WITHIN_MS, undefined, {
          ref: false,
        }),
      ]);
      await Promise.all([warm, share.claimed]);
      this.#send({ type: "prepared", key });
    } catch (error) {
      this.#preparing.delete(key);
      const reason = error instanceof Error ? error.message : String(error);
      this.#send({ type: "refused", key, reason });
    }
  }

  /** One thread does it, so the others have nothing to prepare. */
  async #prepareScript(message: Extract<ToEngine, { type: "prepare" }>): Promise<void> {
    const { key } = message;
    const script = message.thread === 0 ? await ScriptRunner.prepare(message) : undefined;
    if (this.#preparing.get(key) !== message) return script?.close();
    this.#preparing.delete(key);
    if (script !== undefined) this.#scripts.set(key, script);
    this.#send({ type: "prepared", key });
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
    if (sweep) this.#lastSweepUs = nowUs;
    const counts = nowUs - this.#lastCountsUs >= COUNTS_EVERY_US;
    if (counts) this.#lastCountsUs = nowUs;
    for (const [key, share] of this.#shares) {
      if (share.started) this.#drive(key, share, nowUs, sweep, counts);
    }
    this.#tickAgain();
  };

  /**
   * Precise pacing spins: the loop still serves the sockets each time round. A time round makes
   * objects, so a little of it is spun away: the collector, too, makes arrivals late.
   */
  #tickAgain(): void {
    let goesOn = false;
    let isPrecise = false;
    for (const share of this.#shares.values()) {
      goesOn ||= share.started;
      isPrecise ||= share.started && share.task.pacing === "precise";
    }
    if (isPrecise) {
      const untilUs = this.#lastTickUs + SPIN_US;
      while (monotonicUs() < untilUs);
      setImmediate(this.#tick);
    } else if (goesOn) setTimeout(this.#tick, TICK_MS);
    else {
      this.#ticking = false;
      this.#meter?.close();
    }
  }

  #drive(key: string, share: PreparedShare, nowUs: number, sweep: boolean, counts: boolean): void {
    const runUs = nowUs - share.clock.originUs;
    if (runUs < share.fromUs) return;
    share.startLateUs ??= runUs - share.fromUs;
    if (counts) share.counts.write(share.thread, share.runner.counts);
    const leaseUs = Number(Atomics.load(share.lease, 0)) / 1000;
    share.runner.release(runUs, leaseUs - share.clock.originUs);
    if (share.runner.failure !== "" && !share.failed) {
      share.failed = true;
      this.#send({ type: "failed", key, reason: share.runner.failure });
    }
    if (sweep) share.runner.sweep(runUs);
    const report = share.runner.report(runUs);
    if (report === undefined) return;
    const { startLateUs } = share;
    this.#send({ type: "report", key, report, health: this.#measureHealth(nowUs), startLateUs });
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
    this.#preparing.delete(key);
    this.#scripts.get(key)?.close();
    this.#scripts.delete(key);
    const share = this.#shares.get(key);
    if (share === undefined) return;
    this.#shares.delete(key);
    share.runner.interrupt();
    share.program.close();
  }
}
