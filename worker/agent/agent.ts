import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Capacity } from "@onrush/shared/wire/capacity.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import {
  type BeatReply,
  type Heartbeat,
  HEARTBEAT_EVERY_MS,
  LEASE_MS,
  NO_OWNER_LIMIT_MS,
} from "@onrush/shared/wire/heartbeat.ts";
import type { HandbackReason } from "@onrush/shared/wire/reports.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { FromEngine } from "../engine/engineMessages.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import { ProcessMeter } from "../health/processMeter.ts";
import { WorkerHealth } from "../health/workerHealth.ts";
import { AgentClock } from "./agentClock.ts";
import { EngineThreads } from "./engineThreads.ts";
import { Heartbeats } from "./heartbeats.ts";
import { leaseOverHttp } from "./leaseOverHttp.ts";
import type { Logger } from "./logger.ts";
import { OrphanLeases } from "./orphanLeases.ts";
import type { ControllerLink } from "./ports.ts";
import { RunOwners } from "./runOwners.ts";
import { Sessions } from "./sessions.ts";
import { TaskFiles } from "./taskFiles.ts";
import { ShareSession } from "./shareSession.ts";

/** No controller will come any more for what was not acknowledged: the worker is free again. */
const FORSAKEN_AFTER_MS = 3_600_000;
/** Snapshots that nobody acknowledged for this long are sent again. */
const RESEND_AFTER_MS = 2_000;

export interface AgentOptions {
  workerId: string;
  threads: number;
  labels: Record<string, string>;
  /** What is held of files at most. */
  filesMb: number;
  link: ControllerLink;
  logger: Logger;
  /** What `onrush worker --calibrate` measured here, if it still holds. */
  capacity: Capacity | null;
}

/** What the agent needs of the machine; a test brings its own. */
export interface AgentMachine {
  startThreads: typeof EngineThreads.start;
  /** Monotonic. */
  nowUs(): number;
}

/**
 * A worker process: takes tasks, keeps its shares' leases alive by heartbeats, and passes on what
 * the engine threads report. It never does the load itself, so that heartbeats never starve.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #machine: AgentMachine;
  readonly #sessions = new Sessions();
  readonly #owners = new RunOwners();
  readonly #heartbeats: Heartbeats;
  readonly #orphans: OrphanLeases;
  readonly #clock: AgentClock;
  readonly #files: TaskFiles;
  readonly #health = new WorkerHealth(new ProcessMeter());
  #threads: EngineThreads | undefined;
  #leaving = false;
  #closing: Promise<void> | undefined;
  readonly #closed = Promise.withResolvers<void>();

  constructor(
    options: AgentOptions,
    machine: AgentMachine = { startThreads: EngineThreads.start, nowUs: monotonicUs },
  ) {
    this.#options = options;
    this.#machine = machine;
    const { link, workerId, filesMb: maxMb } = options;
    this.#clock = new AgentClock(link.clock);
    this.#files = new TaskFiles({
      ...{ source: link.files, maxMb },
      ownerUrl: (runId) => this.#owners.urlOf(runId),
    });
    this.#heartbeats = new Heartbeats({
      ...{ directory: link.directory, askOwner: leaseOverHttp, owners: this.#owners, workerId },
      heartbeat: () => this.#heartbeat(),
      shares: () => this.#sessions.held(),
      answered: (reply, sentUs, by) => this.#answered(reply, sentUs, by),
      warn: (error) => this.#warn(error),
      nowUs: machine.nowUs,
    });
    this.#orphans = new OrphanLeases({
      sessions: () => this.#sessions.all(),
      beat: () => this.#heartbeats.beat(),
      nowUs: machine.nowUs,
    });
  }

  /** Resolves when the worker is registered and takes tasks. */
  async start(onDeath: (error: Error) => void): Promise<void> {
    const { link, workerId, threads } = this.#options;
    this.#threads = await this.#machine.startThreads(threads, this.#fromEngine, onDeath);
    await this.#clock.measure();
    // Only to register: there is no lease yet that an answer could come too late for.
    await link.directory.beat(this.#heartbeat());
    await link.commands.subscribe((command) => this.#command(command));
    await link.presence.show(workerId, (isSeen) => this.#orphans.seen(isSeen));
    await link.tasks.consume(workerId, (task) => this.#accept(task));
    this.#heartbeats.start(HEARTBEAT_EVERY_MS, () => this.#afterBeat());
  }

  /**
   * Hands every share back and closes when all have ended, been reported and acknowledged, or
   * `withinMs` is over. `close` meanwhile closes at once.
   */
  async leave(withinMs: number): Promise<void> {
    if (!this.#leaving) {
      this.#leaving = true;
      // Nobody must be sent here before what is here is sent elsewhere.
      await this.#heartbeats.beat().catch(this.#warn);
      for (const session of this.#sessions.all()) this.#handBack(session, "leaving");
    }
    const over = new AbortController();
    const late = pause(withinMs, undefined, { signal: over.signal }).catch(() => {});
    await Promise.race([this.#sessions.whenNone(), this.#closed.promise, late]);
    over.abort();
    await this.close();
  }

  /** Stops sending and leaves; what was not reported yet counts as lost. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#leaving = true;
    this.#closed.resolve();
    this.#orphans.close();
    for (const session of this.#sessions.all()) session.abandon();
    await this.#heartbeats.stop();
    await this.#options.link.directory.leave(this.#options.workerId).catch(() => {});
    await this.#options.link.close();
    await this.#threads?.close();
  }

  async #accept(task: Task): Promise<void> {
    const known = this.#sessions.of(task);
    // A queue may hand a task out twice; the epoch tells whether it is the same.
    if (known !== undefined && known.task.epoch >= task.epoch && known.phase !== "ended") return;
    if (this.#threads === undefined || !this.#sessions.isCurrent(task.runId, task.token)) return;
    known?.abandon();
    const { workerId, link } = this.#options;
    const session = new ShareSession(task, workerId, this.#threads, {
      reports: link.reports,
      files: this.#files,
    });
    this.#sessions.add(session);
    const accepted = session.accept();
    if (this.#leaving) this.#handBack(session, "leaving");
    await accepted;
    // The task is taken: what it needs may take longer than its queue waits.
    void session.prepare().catch(this.#warn);
  }

  #command(command: Command): void {
    this.#sessions.command(command, command.type === "start" ? this.#startUs(command) : 0);
  }

  #startUs({ startAtUs }: Extract<Command, { type: "start" }>): number {
    return startAtUs - this.#clock.reading.commonMinusMonotonicUs;
  }

  readonly #fromEngine = (thread: number, message: FromEngine): void => {
    const session = this.#sessions.byKey(message.key);
    if (session === undefined) return;
    switch (message.type) {
      case "prepared":
        if (session.prepared(thread)) void this.#ready(session);
        return;
      case "refused":
        void session.refuse(message.reason).catch(this.#warn);
        return;
      case "failed":
        void session.fail(message.reason).catch(this.#warn);
        return;
      case "scriptEnded":
        session.scriptEnded(message.result);
        this.#flush(session);
        return;
      case "claim":
        void this.#claim(session, thread, message);
        return;
      case "report":
        if (session.report(thread, message, this.#health)) this.#flush(session);
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
    while (session.phase !== "ended") {
      try {
        return session.granted(thread, await this.#options.link.directory.claim(claim));
      } catch (error) {
        this.#warn(error);
        await pause(HEARTBEAT_EVERY_MS);
      }
    }
  }

  async #ready(session: ShareSession): Promise<void> {
    while (session.phase === "preparing") {
      try {
        await this.#clock.measure();
        // The lease must stand before the start does.
        await this.#heartbeats.beat();
        void this.#heartbeats.tryOwner(session.task.runId);
        await session.ready(this.#clock.reading);
      } catch (error) {
        this.#warn(error);
        await pause(HEARTBEAT_EVERY_MS);
      }
    }
  }

  #handBack(session: ShareSession, reason: HandbackReason): void {
    void session.handBack(reason, this.#machine.nowUs()).catch(this.#warn);
  }

  #answered(reply: BeatReply, sentUs: number, by: "directory" | "owner"): void {
    if (this.#closing !== undefined) return;
    const leaseMs = by === "owner" ? LEASE_MS : this.#orphans.leaseMs;
    for (const standing of reply.shares) {
      const session = this.#sessions.of(standing);
      if (session !== undefined && session.phase !== "ended") {
        session.standing(standing, sentUs, leaseMs);
      }
    }
    for (const command of reply.commands) this.#command(command);
    for (const runId of this.#sessions.forgetEnded()) this.#owners.forget(runId);
    if (this.#sessions.size === 0) this.#health.rest();
    this.#files.keepFor(this.#sessions.all().map(({ task }) => task));
    const nowMs = this.#machine.nowUs() / 1000;
    for (const runId of this.#owners.ownerless(NO_OWNER_LIMIT_MS, nowMs)) {
      for (const session of this.#sessions.ofRun(runId)) this.#handBack(session, "noOwner");
    }
    for (const runId of this.#owners.ownerless(FORSAKEN_AFTER_MS, nowMs)) {
      for (const session of this.#sessions.ofRun(runId)) session.abandon();
    }
  }

  #afterBeat(): void {
    this.#orphans.hurry();
    // While a start may come, the reading must not move under it.
    if (this.#sessions.size === 0) void this.#clock.measureIfOld().catch(this.#warn);
    for (const session of this.#sessions.all()) {
      session.resendIfSilent(monotonicUs() / 1000, RESEND_AFTER_MS);
      this.#flush(session);
    }
  }

  #flush(session: ShareSession): void {
    void session.flush(monotonicUs() / 1000).catch(this.#warn);
  }

  #heartbeat(): Heartbeat {
    const { workerId, labels, threads, capacity } = this.#options;
    const { offsetUs, errorUs } = this.#clock.reading;
    return {
      ...{ workerId, labels, threads, capacity },
      ...{ hostname: hostname(), pid: process.pid },
      state: this.#leaving ? "draining" : this.#sessions.state(),
      ...this.#health.newest(monotonicUs()),
      clockOffsetUs: Math.round(offsetUs),
      clockErrorUs: Math.round(errorUs),
      shares: this.#sessions.held(),
    };
  }

  readonly #warn = (error: unknown): void => {
    if (this.#closing !== undefined) return;
    this.#options.logger.warn({ err: error }, "controller link failed, retrying");
  };
}
