import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { summarise } from "@onrush/shared/metrics/summary.ts";
import type {
  RunEffect,
  RunMessage,
  RunState,
  ShareState,
} from "@onrush/shared/run/runMessages.ts";
import { initialRunState, reduceRun } from "@onrush/shared/run/runReducer.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { decodeReport, type Report, type Snapshot } from "@onrush/shared/wire/reports.ts";
import type { CommonTime } from "../platform/commonTime.ts";
import type { Logger } from "../platform/logger.ts";
import type { StreamEntry, WorkerLink } from "../platform/ports.ts";
import { planRun, type RunPlan } from "../planning/runPlan.ts";
import type { SecondStore } from "../results/secondStore.ts";
import { Mailbox } from "./mailbox.ts";
import { RunDocument } from "./runDocument.ts";
import { judgeRun } from "./runOutcome.ts";
import { RunRecord } from "./runRecord.ts";
import { RunShares } from "./runShares.ts";
import type { RunStore, StoredRun } from "./runStore.ts";
import { type LiveParts, liveView } from "./runView.ts";
import { WorkerWatch } from "./workerWatch.ts";

const TICK_MS = 250;
const LEASE_TTL_MS = 10_000;
const BARRIER_MS = 30_000;
/** START must have reached every worker before its instant comes. */
const START_LEAD_MS = { local: 150, redis: 300 } as const;
/** Late answers change closed seconds; their next revisions go out together this often. */
const CORRECT_EVERY_MS = 1_000;

export interface SupervisorOptions {
  run: StoredRun;
  /** This controller, as owner of runs. */
  ownerId: string;
  link: WorkerLink;
  time: CommonTime;
  runs: RunStore;
  seconds: SecondStore;
  logger: Logger;
  publish(message: LiveMessage): void;
}

/**
 * Carries out what the run reducer decides, for one run. Everything that happens to the run goes
 * through one mailbox, so effects are carried out in order and never side by side.
 */
export class RunSupervisor {
  readonly plan: RunPlan;
  /** Resolves when the run has ended and is stored. */
  readonly ended: Promise<void>;
  readonly #options: SupervisorOptions;
  readonly #document: RunDocument;
  readonly #record: RunRecord;
  readonly #watch: WorkerWatch;
  readonly #mailbox = new Mailbox();
  #state: RunState;
  #shares: RunShares;
  #maybeSent = 0;
  #stopAtMs: number | null = null;
  #changed = false;
  #secondClosed = false;
  #correctedAtMs = 0;
  #acknowledged: Readonly<Record<string, { seq: number }>> = {};
  #timer: NodeJS.Timeout | undefined;
  #stopReading: (() => Promise<void>) | undefined;
  #resolveEnded: () => void = () => {};

  constructor(options: SupervisorOptions) {
    const { run, link, time, logger } = options;
    this.#options = options;
    this.#document = new RunDocument(run, options.runs);
    this.plan = planRun(run.scenario);
    this.#shares = new RunShares(this.plan, run.id, 1, []);
    this.#record = new RunRecord(run.id, this.plan, options.seconds);
    this.#watch = new WorkerWatch(run.id, link, time, logger);
    this.#state = initialRunState({
      durationMs: this.plan.durationMs,
      gracefulStopMs: run.scenario.gracefulStopSeconds * 1000,
      lostWorkers: run.scenario.lostWorkers,
      barrierMs: BARRIER_MS,
      startLeadMs: START_LEAD_MS[link.name],
    });
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  get id(): string {
    return this.#document.id;
  }

  get view(): RunView {
    const { view, active } = this.#document;
    return active ? liveView(view, this.#liveParts()) : view;
  }

  /** How many seconds are closed. */
  get closedSeconds(): number {
    return this.#state.nextSecond;
  }

  /** Places the run on reserved workers under a fencing token and sees it through. */
  begin(token: number, workerIds: readonly string[], notes: readonly string[]): Promise<void> {
    return this.#mailbox.post(async () => {
      this.#document.change({ token });
      this.#shares = new RunShares(this.plan, this.id, token, workerIds);
      for (const note of notes) this.#event("warning", note);
      this.#stopReading = this.#options.link.reports.read(this.id, "0", (entries) =>
        this.#mailbox.post(() => this.#receive(entries)),
      );
      await this.#tell({ type: "placed", shares: this.#shares.initialStates() });
      this.#timer = setInterval(() => this.#post(() => this.#tick()), TICK_MS);
    });
  }

  stop(): Promise<void> {
    return this.#mailbox.post(() => this.#tell({ type: "stopRequested" }));
  }

  fail(reason: string): Promise<void> {
    return this.#mailbox.post(() => this.#tell({ type: "failed", reason }));
  }

  closed(from: number, to: number): Promise<RunSecond[]> {
    return this.#record.closed(from, to);
  }

  async closedViews(from: number, to: number): Promise<SecondView[]> {
    return (await this.closed(from, to)).map((record) => this.#record.view(record));
  }

  #post(job: () => Promise<void>): void {
    this.#mailbox.post(job).catch((error: unknown) => {
      const { logger } = this.#options;
      logger.error({ err: error, runId: this.id }, "a step of a run failed, trying again");
    });
  }

  async #tick(): Promise<void> {
    if (hasEnded(this.#state.phase)) return;
    const { link, ownerId } = this.#options;
    if (!(await link.lease.renew(this.id, ownerId, LEASE_TTL_MS))) return this.#loseOwnership();
    const lost = await this.#watch.lostOf(this.#state.shares.map((share) => share.workerId));
    if (lost.length > 0) await this.#tell({ type: "workersLost", workerIds: lost });
    await this.#tell({ type: "tick" });
    if (this.#nowMs() - this.#correctedAtMs >= CORRECT_EVERY_MS) this.#publishCorrections();
    if (this.#changed) await this.#save();
  }

  #loseOwnership(): Promise<void> {
    return this.#tell({ type: "failed", reason: "another controller owns this run now" });
  }

  async #receive(entries: readonly StreamEntry[]): Promise<void> {
    for (const entry of entries) {
      try {
        await this.#report(decodeReport(entry.bytes));
      } catch (error) {
        const { logger } = this.#options;
        logger.error({ err: error, runId: this.id }, "a report could not be used");
      }
      this.#document.change({ streamPosition: entry.position });
    }
    if (this.#secondClosed && !hasEnded(this.#state.phase)) await this.#save();
  }

  #report(report: Report): Promise<void> {
    if (report.type !== "snapshot") return this.#tell(report);
    const { workerId, share, epoch, seq, watermark, totals } = report;
    const seconds = [...report.due, ...report.wall].map((delta) => delta.second);
    const lastSecond = Math.max(-1, ...seconds);
    const ref = { workerId, share, epoch };
    return this.#tell(
      { type: "snapshot", ...ref, seq, watermark, lastSecond, totals: totals ?? null },
      report,
    );
  }

  async #tell(message: RunMessage, snapshot?: Snapshot): Promise<void> {
    const before = this.#state.phase;
    const { state, effects } = reduceRun(this.#state, message, this.#nowMs());
    this.#state = state;
    for (const effect of effects) await this.#carryOut(effect, snapshot);
    if (state.phase !== before) this.#publishRun();
  }

  async #carryOut(effect: RunEffect, snapshot: Snapshot | undefined): Promise<void> {
    switch (effect.type) {
      case "assign":
        return this.#assign();
      case "start":
        return this.#start(effect.startAtMs);
      case "stop":
      case "abort":
        return this.#end(effect.type);
      case "merge":
        if (snapshot !== undefined) await this.#record.merge(effect.share, snapshot);
        this.#changed = true;
        return;
      case "acknowledge":
        return this.#acknowledge();
      case "countLost":
        return this.#countLost(effect.share, effect.fromSecond);
      case "close":
        return this.#close(effect.second, effect.partial);
      case "event":
        return this.#event(effect.kind, effect.text);
      case "finish":
        return this.#finish();
    }
  }

  async #assign(): Promise<void> {
    const { tasks } = this.#options.link;
    await this.#acknowledge();
    await Promise.all(
      this.#shares.assignments.map(({ workerId, task }) => tasks.assign(workerId, task)),
    );
    await this.#saveDocument();
  }

  async #start(startAtMs: number): Promise<void> {
    const startAtUs = Math.round(startAtMs * 1000);
    this.#document.change({ startAtUs }, { startedAt: new Date(startAtMs).toISOString() });
    const { token } = this.#document;
    await this.#options.link.control.send({ type: "start", runId: this.id, token, startAtUs });
    await this.#saveDocument();
  }

  async #end(type: "stop" | "abort"): Promise<void> {
    this.#stopAtMs ??= this.#nowMs();
    const { token } = this.#document;
    if (token > 0) await this.#options.link.control.send({ type, runId: this.id, token });
  }

  #close(second: number, partial: boolean): void {
    const view = this.#record.close(second, partial);
    this.#options.publish({ type: "second", runId: this.id, ...view });
    this.#secondClosed = true;
    this.#changed = true;
  }

  #countLost({ share, workload, workerId }: ShareState, fromSecond: number): void {
    const { startAtMs } = this.#state;
    if (startAtMs === null) return;
    const endUs = this.#loadEndUs();
    for (const { second, count } of this.#shares.lostPerSecond(share, fromSecond, endUs)) {
      this.#record.addLost(workload, second, count);
    }
    const lastBeatUs = ((this.#watch.lastSeenMs(workerId) ?? startAtMs) - startAtMs) * 1000;
    this.#maybeSent += this.#shares.maybeSent(share, fromSecond, lastBeatUs, endUs);
  }

  /** Stores first, then acknowledges exactly what was stored. */
  async #save(): Promise<void> {
    const applied = await this.#record.save(this.#document.token, this.#state.nextSecond);
    if (applied === undefined) return this.#loseOwnership();
    await this.#saveDocument();
    this.#changed = false;
    this.#secondClosed = false;
    this.#acknowledged = applied;
    await this.#acknowledge();
    await this.#options.link.reports.trim(this.id, this.#document.streamPosition);
    this.#publishRun();
  }

  async #acknowledge(): Promise<void> {
    const shares = this.#state.shares.map(({ share, epoch }) => ({
      ...{ share, epoch },
      ackedSeq: this.#acknowledged[share]?.seq ?? 0,
    }));
    await this.#options.link.directory.setShares(this.id, shares);
  }

  async #saveDocument(): Promise<void> {
    if (await this.#document.save(this.view)) return;
    this.#options.logger.error({ runId: this.id }, "someone else has written this run's document");
  }

  async #finish(): Promise<void> {
    clearInterval(this.#timer);
    this.#publishCorrections();
    await this.#record.save(this.#document.token, this.#state.nextSecond);
    await this.#judge();
    await this.#saveDocument();
    this.#publishRun();
    await this.#clearRemains();
    this.#resolveEnded();
  }

  async #clearRemains(): Promise<void> {
    const { link, ownerId, logger } = this.#options;
    // Not awaited: reading waits for its last batch, which may be waiting for this mailbox.
    this.#stopReading?.().catch(() => {});
    if (this.#document.token === 0) return;
    try {
      const workers = new Set(this.#shares.assignments.map(({ workerId }) => workerId));
      await Promise.all([...workers].map((id) => link.tasks.discard(id, this.id)));
      await link.directory.release(this.id);
      await link.reports.remove(this.id);
      await link.lease.release(this.id, ownerId);
    } catch (error) {
      logger.warn({ err: error, runId: this.id }, "a run's remains could not be cleared");
    }
  }

  async #judge(): Promise<void> {
    const view = { ...this.view, endedAt: new Date(this.#nowMs()).toISOString() };
    const { failure, startAtMs, lastSecond } = this.#state;
    if (startAtMs === null) {
      const reasons = failure === null ? [] : [failure];
      const validity = failure === null ? "VALID" : "INVALID";
      this.#document.change(
        { active: false },
        { ...view, verdict: { sla: "NONE", validity, reasons } },
      );
      return;
    }
    const outcome = judgeRun({
      plan: this.plan,
      state: this.#state,
      totals: await this.#record.finalTotals(lastSecond),
      scheduled: this.#shares.scheduled(this.#state.shares, this.#loadEndUs()),
      maybeSent: this.#maybeSent,
      durationSeconds: this.#loadEndUs() / 1e6,
    });
    this.#document.change({ active: false }, { ...view, ...outcome });
  }

  #liveParts(): LiveParts {
    const endUs = this.#loadEndUs();
    const { summary, ledger } = summarise({
      totals: this.#record.live,
      names: this.plan,
      durationSeconds: Math.min(this.#state.nextSecond, endUs / 1e6),
      scheduled: this.#shares.scheduled(this.#state.shares, endUs),
      maybeSent: this.#maybeSent,
    });
    return { state: this.#state, plan: this.plan, summary, ledger, held: this.#watch.held };
  }

  /** Where the load ends, from the start of the run: the plan's end, or an earlier stop. */
  #loadEndUs(): number {
    const plannedUs = this.plan.durationMs * 1000;
    const { startAtMs } = this.#state;
    if (this.#stopAtMs === null || startAtMs === null) return plannedUs;
    return Math.min(plannedUs, Math.max(0, Math.round((this.#stopAtMs - startAtMs) * 1000)));
  }

  #event(kind: RunEvent["kind"], text: string): void {
    const event: RunEvent = { at: new Date(this.#nowMs()).toISOString(), kind, text };
    this.#document.addEvent(event);
    this.#changed = true;
    this.#options.publish({ type: "event", runId: this.id, event });
  }

  #publishCorrections(): void {
    this.#correctedAtMs = this.#nowMs();
    for (const view of this.#record.corrections()) {
      this.#options.publish({ type: "second", runId: this.id, ...view });
    }
  }

  #publishRun(): void {
    this.#options.publish({ type: "run", run: this.view });
  }

  #nowMs(): number {
    return this.#options.time.nowMs();
  }
}
