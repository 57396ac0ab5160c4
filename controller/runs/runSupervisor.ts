import { setTimeout as pause } from "node:timers/promises";
import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import type {
  RunEffect,
  RunMessage,
  RunState,
  ShareState,
} from "@onrush/shared/run/runMessages.ts";
import { initialRunState, reduceRun } from "@onrush/shared/run/runReducer.ts";
import { hasEnded, type RunPhase } from "@onrush/shared/run/runState.ts";
import { workloadOf } from "@onrush/shared/wire/claims.ts";
import { decodeReport, type Snapshot } from "@onrush/shared/wire/reports.ts";
import type { StreamEntry } from "../platform/ports.ts";
import { planRun, type RunPlan } from "../planning/runPlan.ts";
import { checkHistograms } from "./checkHistograms.ts";
import { inSlices } from "./inSlices.ts";
import { Mailbox } from "./mailbox.ts";
import { RunDocument } from "./runDocument.ts";
import { reportMessage } from "./reportMessage.ts";
import { RunAccounts } from "./runAccounts.ts";
import { LEASE_TTL_MS, type PublishingPlatform } from "./runPlatform.ts";
import { RunRecord } from "./runRecord.ts";
import { RunShares } from "./runShares.ts";
import type { StoredRun } from "./runStore.ts";
import { WorkerWatch } from "./workerWatch.ts";

const TICK_MS = 250;
const BARRIER_MS = 30_000;
/** START must have reached every worker before its instant comes. */
const START_LEAD_MS = { local: 150, redis: 300 } as const;
/** Late answers change closed seconds; their next revisions go out together this often. */
const CORRECT_EVERY_MS = 1_000;

/** How long an effect is tried for: two minutes of outage. */
const EFFECT_ATTEMPTS = 240;
const RETRY_EVERY_MS = 500;

interface SupervisorOptions extends PublishingPlatform {
  run: StoredRun;
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
  readonly #accounts: RunAccounts;
  readonly #mailbox = new Mailbox();
  #state: RunState;
  /** False when another controller has taken the run over. */
  #owned = true;
  #changed = false;
  /** What is counted once at the end is counted. */
  #finishing = false;
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
    this.#record = new RunRecord(run.id, this.plan, options.seconds);
    this.#watch = new WorkerWatch(run.id, link, time, logger);
    this.#accounts = new RunAccounts(run.id, this.plan, this.#record, this.#watch);
    this.#state = initialRunState({
      durationMs: this.plan.durationMs,
      minDurationMs: this.plan.minDurationMs,
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
    return active ? this.#accounts.live(view, this.#state) : view;
  }

  /** How many seconds are closed. */
  get closedSeconds(): number {
    return this.#state.nextSecond;
  }

  get phase(): RunPhase {
    return this.#state.phase;
  }

  get hasEnded(): boolean {
    return hasEnded(this.#state.phase);
  }

  /** Places the run on reserved workers under a fencing token and sees it through. */
  begin(token: number, workerIds: readonly string[], notes: readonly string[]): Promise<void> {
    return this.#mailbox.post(async () => {
      this.#document.change({ token });
      // Stopped while it was being placed: nothing begins, and nothing stays reserved.
      if (this.hasEnded) return this.#clearRemains();
      this.#accounts.shares = new RunShares(this.plan, this.id, token, workerIds);
      for (const note of notes) this.#event("warning", note);
      this.#stopReading = this.#options.link.reports.read(this.id, "0", (entries) =>
        this.#mailbox.post(() => this.#receive(entries)),
      );
      await this.#tell({ type: "placed", shares: this.#accounts.shares.initialStates() });
      this.#timer = setInterval(() => this.#post(() => this.#tick()), TICK_MS);
    });
  }

  stop(): Promise<void> {
    return this.#mailbox.post(() => this.#tell({ type: "stopRequested" }));
  }

  fail(reason: string): Promise<void> {
    return this.#mailbox.post(() => this.#tell({ type: "broken", reason }));
  }

  closed(from: number, to: number): Promise<RunSecond[]> {
    return this.#record.closed(from, to);
  }

  async closedViews(from: number, to: number): Promise<SecondView[]> {
    return inSlices(await this.closed(from, to), (record) => this.#record.view(record));
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
    if (!(await link.lease.renew(this.id, ownerId, LEASE_TTL_MS))) {
      // It may only have run out, in an outage; then nobody else has it.
      const token = await link.lease.acquire(this.id, ownerId, LEASE_TTL_MS);
      if (token === undefined) return this.#loseOwnership();
      this.#document.change({ token });
    }
    const lost = await this.#watch.lostOf(this.#state.shares.map((share) => share.workerId));
    if (lost.length > 0) await this.#tell({ type: "workersLost", workerIds: lost });
    await this.#tell({ type: "tick" });
    if (this.#nowMs() - this.#correctedAtMs >= CORRECT_EVERY_MS) this.#publishCorrections();
    if (this.#changed) await this.#save();
  }

  #loseOwnership(): Promise<void> {
    this.#owned = false;
    return this.#tell({ type: "broken", reason: "another controller owns this run now" });
  }

  async #receive(entries: readonly StreamEntry[]): Promise<void> {
    for (const entry of entries) {
      try {
        const report = decodeReport(entry.bytes);
        if (report.type === "snapshot") checkHistograms(report);
        await this.#tell(reportMessage(report), report.type === "snapshot" ? report : undefined);
      } catch (error) {
        const { logger } = this.#options;
        logger.error({ err: error, runId: this.id }, "a report could not be used");
      }
      this.#document.change({ streamPosition: entry.position });
    }
    if (this.#secondClosed && !hasEnded(this.#state.phase)) await this.#save();
  }

  async #tell(message: RunMessage, snapshot?: Snapshot): Promise<void> {
    const before = this.#state.phase;
    const { state, effects } = reduceRun(this.#state, message, this.#nowMs());
    this.#state = state;
    for (const effect of effects) await this.#insist(() => this.#carryOut(effect, snapshot));
    if (state.phase !== before) this.#publishRun();
  }

  /** The state has moved on, so what it asks for must be done: tries again while a store or link is away. */
  async #insist(effect: () => void | Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await effect();
      } catch (error) {
        const { logger } = this.#options;
        if (attempt === EFFECT_ATTEMPTS) {
          logger.error({ err: error, runId: this.id }, "gave up a step of a run");
          // Whoever waits for the end of a run must not wait for ever.
          if (hasEnded(this.#state.phase)) this.#resolveEnded();
          return;
        }
        if (attempt === 1) logger.warn({ err: error, runId: this.id }, "trying again");
        await pause(RETRY_EVERY_MS);
      }
    }
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
        this.#changed = true;
        // Counted once; the standings go out now or, should that fail, with the next save.
        this.#accounts.lose(this.#state, effect.share, effect, await this.#claimedBy(effect.share));
        return this.#acknowledge().catch((error: unknown) => {
          const { logger } = this.#options;
          logger.warn({ err: error, runId: this.id }, "standings will follow");
        });
      case "close":
        return this.#close(effect.second, effect.partial);
      case "event":
        return this.#event(effect.kind, effect.text);
      case "finish":
        return this.#finish();
    }
  }

  /** Iterations a lost share has claimed; 0 when its workload has none to claim. */
  async #claimedBy({ share, workload }: ShareState): Promise<number> {
    if (this.plan.workloads[workload]?.load.type !== "iterations") return 0;
    // Its epoch must be over first: a worker that lives after all may still claim.
    await this.#acknowledge();
    return (await this.#options.link.directory.claimed(this.id))[share] ?? 0;
  }

  /** Iterations that nobody has claimed although the run is over: their users were lost. */
  async #loseUnclaimed(): Promise<void> {
    if (this.#state.phase !== "COMPLETED" || this.#state.stopRequested) return;
    if (this.plan.workloads.every(({ load }) => load.type !== "iterations")) return;
    const claims = Object.entries(await this.#options.link.directory.claimed(this.id));
    this.plan.workloads.forEach(({ load }, w) => {
      if (load.type !== "iterations") return;
      const own = claims.filter(([share]) => workloadOf(share) === w);
      const claimed = own.reduce((sum, [, count]) => sum + count, 0);
      this.#record.addLost(w, Math.max(0, this.#state.nextSecond - 1), load.iterations - claimed);
    });
  }

  async #assign(): Promise<void> {
    const { tasks } = this.#options.link;
    await this.#acknowledge();
    await Promise.all(
      this.#accounts.shares.assignments.map(({ workerId, task }) => tasks.assign(workerId, task)),
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
    this.#accounts.stopAtMs ??= this.#nowMs();
    const { token } = this.#document;
    if (token > 0) await this.#options.link.control.send({ type, runId: this.id, token });
  }

  #close(second: number, partial: boolean): void {
    this.#accounts.closing(this.#state, second);
    const view = this.#record.close(second, partial);
    this.#options.publish({ type: "second", runId: this.id, ...view });
    this.#secondClosed = true;
    this.#changed = true;
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
    if (!this.#finishing) await this.#loseUnclaimed();
    this.#finishing = true;
    this.#publishCorrections();
    await this.#record.save(this.#document.token, this.#state.nextSecond);
    const endedAt = new Date(this.#nowMs()).toISOString();
    const view = await this.#accounts.ended(this.#document.view, this.#state, endedAt);
    this.#document.change({ active: false }, view);
    await this.#saveDocument();
    this.#publishRun();
    await this.#clearRemains();
    this.#resolveEnded();
  }

  async #clearRemains(): Promise<void> {
    const { link, ownerId, logger } = this.#options;
    // Not awaited: reading waits for its last batch, which may be waiting for this mailbox.
    this.#stopReading?.().catch(() => {});
    if (this.#document.token === 0 || !this.#owned) return;
    const workers = new Set(this.#accounts.shares.assignments.map(({ workerId }) => workerId));
    const steps = [
      () => link.directory.release(this.id),
      () => Promise.all([...workers].map((id) => link.tasks.discard(id, this.id))),
      () => link.reports.remove(this.id),
      () => link.lease.release(this.id, ownerId),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        logger.warn({ err: error, runId: this.id }, "a run's remains could not be cleared");
      }
    }
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
