import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Capacity } from "@onrush/shared/wire/capacity.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import {
  type BeatReply,
  type Heartbeat,
  HEARTBEAT_EVERY_MS,
  LEASE_MS,
} from "@onrush/shared/wire/heartbeat.ts";
import { type Task, taskKey } from "@onrush/shared/wire/task.ts";
import type { FromEngine } from "../engine/engineMessages.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import { ProcessMeter } from "../health/processMeter.ts";
import { WorkerHealth } from "../health/workerHealth.ts";
import { type ClockReading, readClock } from "./clockOffset.ts";
import { EngineThreads } from "./engineThreads.ts";
import type { Logger } from "./logger.ts";
import type { ControllerLink } from "./ports.ts";
import { ShareSession } from "./shareSession.ts";

/** Snapshots that nobody acknowledged for this long are sent again. */
const RESEND_AFTER_MS = 2_000;
const MEASURE_CLOCK_EVERY_MS = 30_000;

export interface AgentOptions {
  workerId: string;
  threads: number;
  labels: Record<string, string>;
  link: ControllerLink;
  logger: Logger;
  /** What `onrush worker --calibrate` measured here, if it still holds. */
  capacity: Capacity | null;
}

const nowMs = () => monotonicUs() / 1000;

/**
 * A worker process: takes tasks, keeps its shares' leases alive by heartbeats, and passes on what
 * the engine threads report. It never does the load itself, so that heartbeats never starve.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #sessions = new Map<string, ShareSession>();
  /** Highest fencing token and the commands seen, per run. */
  readonly #runs = new Map<string, { token: number; seen: Set<string> }>();
  #threads: EngineThreads | undefined;
  #clock: ClockReading = { commonMinusMonotonicUs: 0, offsetUs: 0, errorUs: 0 };
  #clockReadAtMs = -Infinity;
  readonly #health = new WorkerHealth(new ProcessMeter());
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** Resolves when the worker is registered and takes tasks. */
  async start(onDeath: (error: Error) => void): Promise<void> {
    const { link, workerId, threads } = this.#options;
    this.#threads = await EngineThreads.start(threads, this.#fromEngine, onDeath);
    await this.#measureClock();
    await this.#beat();
    await link.commands.subscribe((command) => this.#command(command));
    await link.tasks.consume(workerId, (task) => this.#accept(task));
    this.#timer = setInterval(() => {
      this.#beating = this.#beatSafely();
    }, HEARTBEAT_EVERY_MS);
  }

  /** Stops sending and leaves; what was not reported yet counts as lost. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#beating;
    for (const session of this.#sessions.values()) session.abandon();
    await this.#options.link.directory.leave(this.#options.workerId).catch(() => {});
    await this.#options.link.close();
    await this.#threads?.close();
  }

  async #accept(task: Task): Promise<void> {
    const key = taskKey(task);
    const known = this.#sessions.get(key);
    // A queue may hand a task out twice; the epoch tells whether it is the same.
    if (known !== undefined && known.task.epoch >= task.epoch && known.phase !== "ended") return;
    if (this.#threads === undefined || !this.#isCurrent(task.runId, task.token)) return;
    const { workerId, link } = this.#options;
    const session = new ShareSession(task, workerId, this.#threads, link.reports);
    this.#sessions.set(key, session);
    await session.begin();
  }

  /** False for a token below the highest one seen for the run. */
  #isCurrent(runId: string, token: number): boolean {
    const run = this.#runs.get(runId) ?? { token: 0, seen: new Set() };
    if (token < run.token) return false;
    this.#runs.set(runId, { ...run, token });
    return true;
  }

  #command(command: Command): void {
    const sessions = [...this.#sessions.values()].filter((s) => s.task.runId === command.runId);
    if (sessions.length === 0 || !this.#isCurrent(command.runId, command.token)) return;
    const seen = this.#runs.get(command.runId)?.seen;
    // START waits for every session to be ready, so it may be needed more than once.
    if (command.type !== "start" && seen?.has(command.type) === true) return;
    seen?.add(command.type);
    for (const session of sessions) {
      if (command.type === "stop") session.stop();
      if (command.type === "abort") session.abandon();
      if (command.type === "start") {
        session.start(command.startAtUs - this.#clock.commonMinusMonotonicUs);
        if (seen?.has("stop") === true) session.stop();
      }
    }
  }

  readonly #fromEngine = (thread: number, message: FromEngine): void => {
    const session = this.#sessions.get(message.key);
    if (session === undefined) return;
    switch (message.type) {
      case "prepared":
        if (session.prepared(thread)) void this.#ready(session);
        return;
      case "refused":
        void session.refuse(message.reason).catch((error: unknown) => this.#warn(error));
        return;
      case "failed":
        void session.fail(message.reason).catch((error: unknown) => this.#warn(error));
        return;
      case "claim":
        void this.#claim(session, thread, message);
        return;
      case "counts":
        return session.counts(thread, message);
      case "report": {
        if (!session.report(thread, message, this.#health)) return;
        void session.flush(nowMs()).catch((error: unknown) => this.#warn(error));
      }
    }
  };

  /** Asks until it is answered: a thread has one claim under way and waits for it. */
  async #claim(
    session: ShareSession,
    thread: number,
    message: Extract<FromEngine, { type: "claim" }>,
  ): Promise<void> {
    const claim = session.claim(thread, message);
    if (claim === undefined) return;
    while (session.phase !== "ended" && !this.#closed) {
      try {
        return session.granted(thread, await this.#options.link.directory.claim(claim));
      } catch (error) {
        this.#warn(error);
        await pause(HEARTBEAT_EVERY_MS);
      }
    }
  }

  async #ready(session: ShareSession): Promise<void> {
    while (session.phase === "preparing" && !this.#closed) {
      try {
        await this.#measureClock();
        // The lease must stand before the start does.
        await this.#beat();
        await session.ready(this.#clock);
      } catch (error) {
        this.#warn(error);
        await pause(HEARTBEAT_EVERY_MS);
      }
    }
  }

  async #measureClock(): Promise<void> {
    this.#clock = await readClock(this.#options.link.clock);
    this.#clockReadAtMs = nowMs();
  }

  async #beatSafely(): Promise<void> {
    try {
      const idle = this.#sessions.size === 0;
      if (idle && nowMs() - this.#clockReadAtMs > MEASURE_CLOCK_EVERY_MS)
        await this.#measureClock();
      await this.#beat();
      await this.#flushAll();
    } catch (error) {
      this.#warn(error);
    }
  }

  async #beat(): Promise<void> {
    const sentUs = monotonicUs();
    const reply = await this.#options.link.directory.beat(this.#heartbeat());
    this.#answered(reply, sentUs);
  }

  #answered(reply: BeatReply, sentUs: number): void {
    for (const standing of reply.shares) {
      const session = this.#sessions.get(taskKey(standing));
      if (session === undefined || session.phase === "ended") continue;
      session.standing(standing, sentUs, LEASE_MS);
    }
    for (const command of reply.commands) this.#command(command);
    for (const [key, session] of this.#sessions) {
      if (session.phase === "ended") this.#forget(key, session.task.runId);
    }
  }

  #forget(key: string, runId: string): void {
    this.#sessions.delete(key);
    const others = [...this.#sessions.values()].some((s) => s.task.runId === runId);
    if (!others) this.#runs.delete(runId);
    if (this.#sessions.size === 0) this.#health.rest();
  }

  async #flushAll(): Promise<void> {
    for (const session of this.#sessions.values()) {
      session.resendIfSilent(nowMs(), RESEND_AFTER_MS);
      await session.flush(nowMs());
    }
  }

  #heartbeat(): Heartbeat {
    const sessions = [...this.#sessions.values()].filter((s) => s.phase !== "ended");
    const { workerId, labels, threads } = this.#options;
    return {
      workerId,
      labels,
      threads,
      hostname: hostname(),
      pid: process.pid,
      state: this.#closed ? "draining" : stateOf(sessions),
      ...this.#health.newest(monotonicUs()),
      capacity: this.#options.capacity,
      clockOffsetUs: Math.round(this.#clock.offsetUs),
      clockErrorUs: Math.round(this.#clock.errorUs),
      shares: sessions.map((session) => session.held()),
    };
  }

  #warn(error: unknown): void {
    if (!this.#closed)
      this.#options.logger.warn({ err: error }, "controller link failed, retrying");
  }
}

function stateOf(sessions: readonly ShareSession[]): Heartbeat["state"] {
  const phases = new Set(sessions.map((session) => session.phase));
  if (phases.size === 0) return "idle";
  return phases.has("preparing") || phases.has("ready") ? "preparing" : "running";
}
