import type { Claim, Grant } from "@onrush/shared/wire/claims.ts";
import type { HeldShare, ShareStanding } from "@onrush/shared/wire/heartbeat.ts";
import { encodeReport, type HandbackReason, type Report } from "@onrush/shared/wire/reports.ts";
import type { ScriptResult } from "@onrush/shared/wire/script.ts";
import { type Task, taskKey } from "@onrush/shared/wire/task.ts";
import { type FromEngine, noFiles } from "../engine/engineMessages.ts";
import { ShareCounts } from "../engine/shareCounts.ts";
import type { WorkerHealth } from "../health/workerHealth.ts";
import type { ClockReading } from "./clockOffset.ts";
import type { EngineThreads } from "./engineThreads.ts";
import type { ReportSink } from "./ports.ts";
import type { TaskFiles } from "./taskFiles.ts";
import { ShareReports } from "./shareReports.ts";

/** How far ahead of now a share that is handed back ends. */
const HAND_BACK_AHEAD_MS = 1_000;

export type SessionPhase = "preparing" | "ready" | "running" | "draining" | "reported" | "ended";

/**
 * One share on this worker, from ACCEPT until its last snapshot is acknowledged.
 *
 *   preparing ─▶ ready ─▶ running ─▶ (draining) ─▶ reported ─▶ ended
 *   any ─▶ ended, when its epoch is over or the run is aborted
 *
 * Handed back, a running share drains; one that has not begun does nothing more until its epoch is
 * over, also `draining`. Setup and teardown run once they are prepared, and report their result
 * until their epoch is over.
 */
export class ShareSession {
  readonly task: Task;
  /** Names it to the engine threads: a share that comes again has another epoch. */
  readonly key: string;
  phase: SessionPhase = "preparing";
  readonly #workerId: string;
  readonly #threads: EngineThreads;
  readonly #sink: ReportSink;
  readonly #reports: ShareReports;
  readonly #lease = new SharedArrayBuffer(8);
  readonly #prepared = new Set<number>();
  readonly #counts: SharedArrayBuffer;
  /** Monotonic. A START may come before READY is heard. */
  #startUs: number | undefined;
  #stopAsked = false;
  #isHandedBack = false;
  /** Of a script that has ended. */
  #result: Report | undefined;
  #isResultDue = false;
  #saidAtMs = 0;
  #claimedTo = 0;
  #claimed = 0;

  readonly #files: Pick<TaskFiles, "load">;

  constructor(
    task: Task,
    workerId: string,
    threads: EngineThreads,
    { reports: sink, files }: { reports: ReportSink; files: Pick<TaskFiles, "load"> },
  ) {
    this.#files = files;
    this.task = task;
    this.key = `${taskKey(task)} ${task.epoch}`;
    this.#workerId = workerId;
    this.#threads = threads;
    this.#sink = sink;
    this.#reports = new ShareReports(task.runId, this.#ref(), threads.count, sink);
    this.#counts = ShareCounts.memoryFor(threads.count);
  }

  /** Says ACCEPTED. */
  async accept(): Promise<void> {
    await this.#say({ type: "accepted", ...this.#ref() });
  }

  /** Fetches the task's files and lets the engine threads compile and warm up. */
  async prepare(): Promise<void> {
    if (this.phase !== "preparing") return;
    let files = noFiles;
    try {
      if (Object.keys(this.task.files).length > 0) files = await this.#files.load(this.task);
    } catch (error) {
      if (this.phase !== "preparing") return;
      return this.refuse(error instanceof Error ? error.message : String(error));
    }
    if (this.phase !== "preparing") return;
    this.#threads.prepare(this.key, this.task, this.#lease, this.#counts, files);
  }

  /** All threads are prepared when this answers true. */
  prepared(thread: number): boolean {
    this.#prepared.add(thread);
    return this.phase === "preparing" && this.#prepared.size === this.#threads.count;
  }

  async ready(clock: ClockReading): Promise<void> {
    if (this.task.script !== undefined) {
      this.phase = "running";
      return this.#threads.sendTo(0, { type: "runScript", key: this.key });
    }
    const { offsetUs, errorUs } = clock;
    const report: Report = {
      type: "ready",
      ...this.#ref(),
      clockOffsetUs: Math.round(offsetUs),
      clockErrorUs: Math.round(errorUs),
    };
    await this.#say(report);
    if (this.phase !== "preparing") return;
    this.phase = "ready";
    if (this.#startUs !== undefined) this.start(this.#startUs);
  }

  /** Setup or teardown is over; `flush` tells. */
  scriptEnded(result: ScriptResult): void {
    const { script } = this.task;
    if (script === undefined || this.phase === "ended") return;
    this.phase = "reported";
    this.#result = { type: "scriptEnded", ...this.#ref(), share: script, ...result };
    this.#isResultDue = true;
  }

  async refuse(reason: string): Promise<void> {
    if (this.task.script !== undefined) {
      this.scriptEnded({ ok: false, reason, variables: {}, requests: 0, steps: [] });
      return this.flush(0);
    }
    this.abandon();
    await this.#say({ type: "refused", ...this.#ref(), reason });
  }

  /** The run must not go on; the controller ends it. */
  async fail(reason: string): Promise<void> {
    if (this.phase !== "ended") await this.#say({ type: "failed", ...this.#ref(), reason });
  }

  /** What a thread's request for iterations asks the controller for. */
  claim(thread: number, message: Extract<FromEngine, { type: "claim" }>): Claim | undefined {
    const { runId, share, epoch, load, ownership } = this.task;
    if (load.type !== "iterations") return undefined;
    const shares = ownership.reduce(
      (parts, { weights }) => parts * (typeof weights === "number" ? weights : weights.length),
      1,
    );
    const { request, want } = message;
    const parts = shares * this.#threads.count;
    return { runId, share, epoch, thread, request, want, limit: load.iterations, parts };
  }

  granted(thread: number, { first, count }: Grant): void {
    this.#claimed += count;
    if (count > 0) this.#claimedTo = Math.max(this.#claimedTo, first + count);
    this.#threads.sendTo(thread, { type: "granted", key: this.key, first, count });
  }

  start(startUs: number): void {
    // START may overtake what tells us that READY was heard.
    if (this.phase === "preparing") this.#startUs = startUs;
    if (this.phase !== "ready") return;
    this.#startUs = startUs;
    this.phase = "running";
    this.#threads.send({ type: "start", key: this.key, startUs });
    if (this.#stopAsked) this.stop();
  }

  stop(): void {
    const isFirst = !this.#stopAsked;
    this.#stopAsked = true;
    // What was handed back goes on until its cut; a stop may come before.
    if (this.phase !== "running" && !(isFirst && this.phase === "draining")) return;
    this.phase = "draining";
    this.#threads.send({ type: "stop", key: this.key });
  }

  /**
   * Gives up what is due from about a second on, so that there is time to find somebody else for
   * it; what is due before, and under way then, is still done and reported. Says so on the stream.
   */
  async handBack(reason: HandbackReason, nowUs: number): Promise<void> {
    // Whatever was stopped ends anyway, and nobody is to go on with it; a script is over soon.
    if (this.task.script !== undefined) return;
    const isOngoing = ["preparing", "ready", "running"].includes(this.phase);
    if (this.#isHandedBack || !isOngoing) return;
    this.#isHandedBack = true;
    const cutMs = this.#cutMs(nowUs);
    this.phase = "draining";
    if (cutMs === 0) this.#drop();
    else this.#threads.send({ type: "handBack", key: this.key, cutUs: cutMs * 1000 });
    await this.#say({ type: "handback", ...this.#ref(), cutMs, reason });
  }

  /** 0 when nothing of the share has begun. */
  #cutMs(nowUs: number): number {
    const runMs = (nowUs - (this.#startUs ?? Infinity)) / 1000;
    if (this.phase !== "running" || runMs < 0) return 0;
    return Math.max(this.task.fromMs, Math.ceil(runMs + HAND_BACK_AHEAD_MS));
  }

  /** Ends the share at once; nothing more of it is sent or reported. */
  abandon(): void {
    this.phase = "ended";
    this.#reports.outbox.clear();
    this.#drop();
  }

  #drop(): void {
    Atomics.store(new BigInt64Array(this.#lease), 0, 0n);
    this.#threads.send({ type: "drop", key: this.key });
  }

  /** The directory's answer to a heartbeat that was sent at `sentUs` (monotonic). */
  standing(standing: ShareStanding, sentUs: number, leaseMs: number): void {
    const { epoch } = this.task;
    // Forgotten is not over, and a lower one was the word before this share came here again: the
    // directory never lowers an epoch.
    if (standing.epoch === null || (standing.epoch > 0 && standing.epoch < epoch)) return;
    if (standing.epoch !== epoch) return this.abandon();
    const leaseNs = BigInt(Math.round((sentUs + leaseMs * 1000) * 1000));
    const lease = new BigInt64Array(this.#lease);
    // An answer that comes late must not shorten what a later one has given.
    if (leaseNs > Atomics.load(lease, 0)) Atomics.store(lease, 0, leaseNs);
    this.#reports.outbox.acknowledge(standing.ackedSeq);
    const isTold = this.#reports.outbox.isEmpty && this.#result === undefined;
    if (this.phase === "reported" && isTold) this.phase = "ended";
  }

  /** Nothing is sent after this instant (monotonic), unless a later answer says otherwise. */
  shortenLease(untilUs: number): void {
    if (untilUs >= this.leaseUntilUs) return;
    Atomics.store(new BigInt64Array(this.#lease), 0, BigInt(Math.round(untilUs * 1000)));
  }

  /** Monotonic. */
  get leaseUntilUs(): number {
    return Number(Atomics.load(new BigInt64Array(this.#lease), 0)) / 1000;
  }

  /** Takes a thread's report; true when it completes a second, so that there is a snapshot. */
  report(
    thread: number,
    message: Extract<FromEngine, { type: "report" }>,
    worker: WorkerHealth,
  ): boolean {
    if (this.phase === "ended") return false;
    const completed = this.#reports.add(thread, message, worker);
    if (completed === "share") this.phase = "reported";
    return completed !== "nothing";
  }

  async flush(nowMs: number): Promise<void> {
    await this.#reports.outbox.flush(nowMs);
    if (this.#result === undefined || !this.#isResultDue || this.phase === "ended") return;
    this.#isResultDue = false;
    this.#saidAtMs = nowMs;
    await this.#say(this.#result);
  }

  resendIfSilent(nowMs: number, afterMs: number): void {
    this.#reports.outbox.resendIfSilent(nowMs, afterMs);
    if (nowMs - this.#saidAtMs > afterMs) this.#isResultDue = true;
  }

  held(): HeldShare {
    const { runId, share, epoch, load, script } = this.task;
    const claims = load.type === "iterations" && script === undefined;
    return {
      ...{ runId, share, epoch },
      ...new ShareCounts(this.#counts).read(),
      ...(claims ? { claimedTo: this.#claimedTo, claimed: this.#claimed } : {}),
    };
  }

  #ref() {
    return { workerId: this.#workerId, share: this.task.share, epoch: this.task.epoch };
  }

  async #say(report: Report): Promise<void> {
    await this.#sink.append(this.task.runId, encodeReport(report));
  }
}
