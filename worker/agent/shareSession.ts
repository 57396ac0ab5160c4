import type { Claim, Grant } from "@onrush/shared/wire/claims.ts";
import type { HeldShare, ShareStanding } from "@onrush/shared/wire/heartbeat.ts";
import { encodeReport, type Report } from "@onrush/shared/wire/reports.ts";
import { type Task, taskKey } from "@onrush/shared/wire/task.ts";
import type { FromEngine } from "../engine/engineMessages.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import type { WorkerHealth } from "../health/workerHealth.ts";
import type { ClockReading } from "./clockOffset.ts";
import type { EngineThreads } from "./engineThreads.ts";
import { Outbox } from "./outbox.ts";
import type { ReportSink } from "./ports.ts";
import { ThreadMerge } from "./threadMerge.ts";

export type SessionPhase = "preparing" | "ready" | "running" | "draining" | "reported" | "ended";

/**
 * One share on this worker, from ACCEPT until its last snapshot is acknowledged.
 *
 *   preparing ─▶ ready ─▶ running ─▶ (draining) ─▶ reported ─▶ ended
 *   any ─▶ ended, when its epoch is over or the run is aborted
 */
export class ShareSession {
  readonly task: Task;
  readonly key: string;
  phase: SessionPhase = "preparing";
  readonly #workerId: string;
  readonly #threads: EngineThreads;
  readonly #sink: ReportSink;
  readonly #outbox: Outbox;
  readonly #merge: ThreadMerge;
  readonly #lease = new SharedArrayBuffer(8);
  readonly #prepared = new Set<number>();
  readonly #counts: { started: number; dropped: number }[];
  #seq = 0;
  /** A START that came before READY was heard. */
  #startUs: number | undefined;
  #stopAsked = false;

  constructor(task: Task, workerId: string, threads: EngineThreads, sink: ReportSink) {
    this.task = task;
    this.key = taskKey(task);
    this.#workerId = workerId;
    this.#threads = threads;
    this.#sink = sink;
    this.#outbox = new Outbox(task.runId, sink);
    this.#merge = new ThreadMerge(threads.count);
    this.#counts = Array.from({ length: threads.count }, () => ({ started: 0, dropped: 0 }));
  }

  /** Says ACCEPTED and lets the engine threads compile and warm up. */
  async begin(): Promise<void> {
    await this.#say({ type: "accepted", ...this.#ref() });
    if (this.#isEnded) return;
    this.#threads.prepare(this.key, this.task, this.#lease);
  }

  /** All threads are prepared when this answers true. */
  prepared(thread: number): boolean {
    this.#prepared.add(thread);
    return this.phase === "preparing" && this.#prepared.size === this.#threads.count;
  }

  get #isEnded(): boolean {
    return this.phase === "ended";
  }

  async ready(clock: ClockReading): Promise<void> {
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

  async refuse(reason: string): Promise<void> {
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
    this.#threads.sendTo(thread, { type: "granted", key: this.key, first, count });
  }

  start(startUs: number): void {
    // START may overtake what tells us that READY was heard.
    if (this.phase === "preparing") this.#startUs = startUs;
    if (this.phase !== "ready") return;
    this.phase = "running";
    this.#threads.send({ type: "start", key: this.key, startUs });
    if (this.#stopAsked) this.stop();
  }

  stop(): void {
    this.#stopAsked = true;
    if (this.phase === "running") {
      this.phase = "draining";
      this.#threads.send({ type: "stop", key: this.key });
    }
  }

  /** Ends the share at once; nothing more of it is sent or reported. */
  abandon(): void {
    this.phase = "ended";
    Atomics.store(new BigInt64Array(this.#lease), 0, 0n);
    this.#threads.send({ type: "drop", key: this.key });
  }

  /** The directory's answer to a heartbeat that was sent at `sentUs` (monotonic). */
  standing(standing: ShareStanding, sentUs: number, leaseMs: number): void {
    if (standing.epoch !== this.task.epoch) return this.abandon();
    const leaseNs = BigInt(Math.round((sentUs + leaseMs * 1000) * 1000));
    const lease = new BigInt64Array(this.#lease);
    // An answer that comes late must not shorten what a later one has given.
    if (leaseNs > Atomics.load(lease, 0)) Atomics.store(lease, 0, leaseNs);
    this.#outbox.acknowledge(standing.ackedSeq);
    if (this.phase === "reported" && this.#outbox.isEmpty) this.phase = "ended";
  }

  counts(thread: number, message: Extract<FromEngine, { type: "counts" }>): void {
    this.#counts[thread] = { started: message.started, dropped: message.dropped };
  }

  /** Takes a thread's report; true when it completes a second, so that there is a snapshot. */
  report(
    thread: number,
    message: Extract<FromEngine, { type: "report" }>,
    worker: WorkerHealth,
  ): boolean {
    if (this.phase === "ended") return false;
    const merged = this.#merge.add(thread, message.report, message.health);
    if (merged === undefined) return false;
    const { runId } = this.task;
    const health = worker.add(runId, merged, this.#merge.health(), monotonicUs());
    this.#seq++;
    const bytes = encodeReport({
      type: "snapshot",
      ...this.#ref(),
      seq: this.#seq,
      watermark: merged.watermark,
      due: merged.due,
      wall: merged.wall,
      health,
      ...(merged.totals === null ? {} : { totals: merged.totals }),
    });
    if (merged.totals !== null) this.phase = "reported";
    this.#outbox.add(this.#seq, bytes);
    return true;
  }

  async flush(nowMs: number): Promise<void> {
    await this.#outbox.flush(nowMs);
  }

  resendIfSilent(nowMs: number, afterMs: number): void {
    this.#outbox.resendIfSilent(nowMs, afterMs);
  }

  held(): HeldShare {
    const sum = (pick: (counts: { started: number; dropped: number }) => number) =>
      this.#counts.reduce((total, counts) => total + pick(counts), 0);
    const { runId, share, epoch } = this.task;
    return { runId, share, epoch, started: sum((c) => c.started), dropped: sum((c) => c.dropped) };
  }

  #ref() {
    return { workerId: this.#workerId, share: this.task.share, epoch: this.task.epoch };
  }

  async #say(report: Report): Promise<void> {
    await this.#sink.append(this.task.runId, encodeReport(report));
  }
}
