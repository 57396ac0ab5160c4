import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import type {
  RunEffect,
  RunMessage,
  RunState,
  ShareState,
} from "@onrush/shared/run/runMessages.ts";
import { runWorkers, scriptUnderWay } from "@onrush/shared/run/runScripts.ts";
import { initialRunState, reduceRun } from "@onrush/shared/run/runReducer.ts";
import { hasEnded, type RunPhase } from "@onrush/shared/run/runState.ts";
import type { BeatReply } from "@onrush/shared/wire/heartbeat.ts";
import type { LeaseRequest } from "@onrush/shared/wire/leaseRenewal.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import type { ScriptKind } from "@onrush/shared/wire/script.ts";
import { RunSla } from "../analysis/runSla.ts";
import type { StreamEntry } from "../platform/ports.ts";
import { planRun, type RunPlan } from "../planning/runPlan.ts";
import { placeShares } from "../planning/shares.ts";
import { epochAfter, HandOut } from "./handOut.ts";
import { inSlices } from "./inSlices.ts";
import { insist } from "./insist.ts";
import { Mailbox } from "./mailbox.ts";
import { readReport } from "./reportMessage.ts";
import { RunAccounts } from "./runAccounts.ts";
import { RunClaims } from "./runClaims.ts";
import { RunDocument } from "./runDocument.ts";
import { linkEvent } from "./outageEvents.ts";
import { RunKeeper } from "./runKeeper.ts";
import { RunNews } from "./runNews.ts";
import { RunOrders } from "./runOrders.ts";
import type { RunOwnership } from "./runOwnership.ts";
import type { PublishingPlatform } from "./runPlatform.ts";
import { RunRecord } from "./runRecord.ts";
import { runSettings } from "./runSettings.ts";
import { RunSaves } from "./runSaves.ts";
import { RunStart } from "./runStart.ts";
import { RunTurns } from "./runTurns.ts";
import { RunStandings } from "./runStandings.ts";
import type { StoredRun } from "./runStore.ts";
import { TakeOvers } from "./takeOvers.ts";
import { WorkerWatch } from "./workerWatch.ts";

/** What workers are to be told is given so long when the controller ends. */
const LEAVE_WITHIN_MS = 1_000;

interface SupervisorOptions extends PublishingPlatform {
  run: StoredRun;
  ownership: RunOwnership;
}

/**
 * Carries out what the run reducer decides, for one run that this controller owns. Everything that
 * happens to the run goes through one mailbox, so effects are carried out in order and never side
 * by side. What workers are to be told goes through another one, so that nothing waits for the link.
 */
export class RunSupervisor {
  readonly plan: RunPlan;
  readonly #ended = Promise.withResolvers<void>();
  /** Resolves when the run has ended and is stored, or is no longer ours. */
  readonly ended = this.#ended.promise;
  readonly #options: SupervisorOptions;
  readonly #document: RunDocument;
  readonly #record: RunRecord;
  readonly #sla: RunSla;
  readonly #watch: WorkerWatch;
  readonly #accounts: RunAccounts;
  readonly #keeper: RunKeeper;
  readonly #news: RunNews;
  readonly #claims: RunClaims;
  readonly #standings: RunStandings;
  readonly #takeOvers: TakeOvers;
  readonly #orders: RunOrders;
  readonly #saves: RunSaves;
  readonly #start: RunStart;
  readonly #mailbox = new Mailbox();
  readonly #turns = new RunTurns();
  #state: RunState;
  /** What is counted once at the end is counted. */
  #finishing = false;
  #stopping: Promise<boolean> | undefined;
  #stopReading: (() => Promise<void>) | undefined;

  constructor(options: SupervisorOptions) {
    const { run, link, time, logger, ownership } = options;
    this.#options = options;
    this.#document = new RunDocument(run, options.runs);
    this.plan = planRun(run.scenario);
    this.#sla = new RunSla(this.plan, () => ({
      loadEndSeconds: this.#accounts.loadEndUs(this.#state) / 1e6,
      isLoadOn: this.phase === "RUNNING",
    }));
    this.#record = new RunRecord(run.id, this.plan, options.seconds, this.#sla);
    this.#watch = new WorkerWatch(run.id, link, time, logger);
    this.#accounts = new RunAccounts(this.plan, this.#record, this.#sla, this.#watch.held);
    this.#claims = new RunClaims(run.id, this.plan, link.directory, this.#watch.held);
    this.#standings = new RunStandings(run.id, this.#claims, link, this.#watch);
    this.#keeper = new RunKeeper(this.#document, this.#record, this.#standings, link.reports);
    this.#news = new RunNews(this.#document, this.#keeper, time, options.publish);
    this.#takeOvers = new TakeOvers({
      ...{ runId: run.id, plan: this.plan, directory: link.directory },
      labels: run.scenario.labels ?? {},
      ...{ watch: this.#watch, record: this.#record, claims: this.#claims },
    });
    this.#state = initialRunState(runSettings(this.plan, link.name));
    const own = {
      ...{ keeper: this.#keeper, state: () => this.#state, isWanted: () => this.#owned },
      warn: (error: unknown, text: string) => this.#warn(error, text),
    };
    this.#orders = new RunOrders({
      ...{ ...own, document: this.#document, standings: this.#standings, link },
      handOut: new HandOut(run.id, this.plan, link.tasks),
      onRefused: () => this.#post(() => this.#letGo()),
    });
    this.#saves = new RunSaves({
      ...{ ...own, ownership, news: this.#news, orders: this.#orders, view: () => this.view },
      onRefused: () => this.#letGo(),
    });
    this.#start = new RunStart({
      nowMs: () => this.#nowMs(),
      store: (startAtMs) => this.#storeStart(startAtMs),
      tell: (isInTime, onLate) => this.#orders.start(isInTime, onLate),
      mayMove: () =>
        this.phase === "RUNNING" && this.closedSeconds === 0 && !this.#standings.isStartTold,
      post: (step) => this.#post(step),
    });
    this.#document.change({ token: ownership.token });
    ownership.listen({
      onLost: () => this.#post(() => this.#letGo()),
      onRegained: () => this.#post(() => this.#restore()),
      // Again and again; the next tick stores it.
      onStopAsked: () => this.#post(() => this.#tell({ type: "stopRequested" })),
      onReachable: (isReachable, reason) =>
        this.#post(() => {
          if (!this.hasEnded) this.#news.event(...linkEvent(isReachable, reason));
        }),
    });
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

  /** Places the run on reserved workers and sees it through. */
  begin(workerIds: readonly string[], notes: readonly string[]): Promise<void> {
    return this.#mailbox.post(async () => {
      if (!this.#owned) return;
      // Stopped while it was being placed: nothing begins, and nothing stays reserved.
      if (this.hasEnded) return this.#clearRemains();
      for (const note of notes) this.#news.event("warning", note);
      // Whoever had the run before may have handed out shares: theirs are older epochs.
      const epoch = epochAfter(this.#document.progress?.state);
      await this.#tell({ type: "placed", shares: placeShares(this.plan, workerIds, epoch) });
      this.#live();
    });
  }

  /** Goes on with a run that another controller has left in the middle. */
  resume(isStopAsked: boolean): Promise<void> {
    return this.#mailbox.post(async () => {
      const { progress } = this.#document;
      if (progress === null) throw new Error("a run without progress cannot be resumed");
      this.#state = { ...progress.state, awayUntilMs: this.#nowMs() };
      this.#sla.resume(this.#document.view.sla, this.#state.nextSecond);
      await this.#record.resume(progress.tallies);
      this.#takeOvers.resume(this.#state);
      this.#standings.stored(this.#state);
      this.#news.event("warning", "another controller goes on with the run");
      // From here on whoever had it before cannot write any more.
      await this.#saves.save();
      await this.#restore();
      // Before what was reported since: shares that ended because of it did not complete the run.
      if (isStopAsked) await this.#tell({ type: "stopRequested" });
      this.#live();
    });
  }

  /** Any controller may go on with the run, as it is stored. */
  handOn(): Promise<void> {
    return this.#mailbox.post(() => this.#letGo());
  }

  #live(): void {
    if (this.hasEnded || !this.#owned) return;
    const { reports } = this.#options.link;
    this.#stopReading = reports.read(this.id, this.#document.streamPosition, (entries) =>
      this.#mailbox.post(() => this.#receive(entries)),
    );
    this.#turns.start(
      (job) => this.#post(job),
      () => this.#tick(),
    );
  }

  #rest(): void {
    this.#turns.stop();
    this.#watch.close();
  }

  /** Resolves with true when it is on record that the load is to end; one try for all who ask. */
  stop(): Promise<boolean> {
    this.#stopping ??= this.#mailbox.post(async () => {
      this.#stopping = undefined;
      await this.#tell({ type: "stopRequested" });
      const isStored = this.hasEnded || !this.#keeper.changed || (await this.#saves.saveOrTell());
      return isStored && this.#owned;
    });
    return this.#stopping;
  }

  fail(reason: string): Promise<void> {
    return this.#mailbox.post(() => this.#tell({ type: "broken", reason }));
  }

  /** Leaves the run as it is for another controller. */
  leave(): Promise<void> {
    return this.#mailbox.post(async () => {
      if (this.hasEnded) return;
      await this.#saves.save().catch((error: unknown) => this.#warn(error, "left without storing"));
      // What is given out, a START for example, would be heard late from the next owner.
      await this.#orders.settled(LEAVE_WITHIN_MS);
      await this.#letGo();
    });
  }

  closed(from: number, to: number): Promise<RunSecond[]> {
    return this.#record.closed(from, to);
  }

  async closedViews(from: number, to: number): Promise<SecondView[]> {
    return inSlices(await this.closed(from, to), (record) => this.#record.view(record));
  }

  /** What a worker that cannot ask the directory gets to know of its shares. */
  standingsFor(request: LeaseRequest): Pick<BeatReply, "shares" | "commands"> {
    // Cut off from everything, we cannot know whether the run is still ours.
    const knows = this.#options.ownership.isFresh || this.#keeper.isFresh;
    const asked = knows ? request : { ...request, shares: [] };
    return this.#standings.answer(asked, this.#state, this.#document.token);
  }

  /** False when another controller has taken the run over, or may do so now. */
  get #owned(): boolean {
    return this.#options.ownership.isHeld;
  }

  #post(job: () => void | Promise<void>): void {
    this.#mailbox.post(job).catch((error: unknown) => this.#warn(error, "a step failed"));
  }

  #warn(error: unknown, text: string): void {
    this.#options.logger.warn({ err: error, runId: this.id }, text);
  }

  async #tick(): Promise<void> {
    if (this.hasEnded || !this.#owned) return;
    this.#state = this.#turns.turn(this.#state, this.#nowMs(), this.#watch.isBlind);
    const lost = await this.#watch.lostOf(runWorkers(this.#state));
    if (lost.length > 0) await this.#tell({ type: "workersLost", workerIds: lost });
    await this.#tell({ type: "tick" });
    for (const effect of this.#takeOvers.unanswered(this.#state)) {
      for (const answer of await this.#find(effect)) await this.#tell(answer);
    }
    this.#news.corrections(this.#record);
    if (this.#saves.isDue && !this.hasEnded) await this.#saves.saveOrTell();
  }

  async #receive(entries: readonly StreamEntry[]): Promise<void> {
    if (!this.#owned) return;
    this.#state = this.#turns.turn(this.#state, this.#nowMs(), this.#watch.isBlind);
    for (const entry of entries) {
      try {
        await this.#tell(...readReport(entry.bytes));
      } catch (error) {
        this.#options.logger.error({ err: error, runId: this.id }, "a report could not be used");
      }
      this.#document.change({ streamPosition: entry.position });
    }
    this.#record.settle();
    if (this.#keeper.secondClosed && !this.hasEnded) await this.#saves.saveOrTell();
  }

  async #tell(message: RunMessage, snapshot?: Snapshot): Promise<void> {
    const before = this.#state.phase;
    const { state, effects } = reduceRun(this.#state, message, this.#nowMs());
    this.#state = state;
    const answers: RunMessage[] = [];
    for (const effect of effects) {
      // What another owner has decided meanwhile must not be undone.
      if (!this.#owned) return;
      await this.#insist(() => this.#carryOut(effect, snapshot));
      answers.push(...(await this.#find(effect)));
    }
    if (state.phase !== before) this.#news.run(this.view);
    // The end of the load first: what it makes needless is not handed out before.
    const ends = this.#sla.takeBroken().flatMap((broken) => this.#brokenSla(broken));
    for (const answer of [...ends, ...answers]) await this.#tell(answer);
  }

  #brokenSla({ text, reason, aborted }: SlaResult): RunMessage[] {
    const told = `SLA line "${text}" is broken: ${reason}`;
    if (aborted) return [{ type: "slaBroken", reason: told }];
    this.#news.event("warning", told);
    return [];
  }

  /** What looking for workers came to; nothing while it cannot be done: it is asked for again. */
  async #find(effect: RunEffect): Promise<RunMessage[]> {
    try {
      const { token } = this.#document;
      return await this.#takeOvers.find(effect, this.#state, token, this.#nowMs());
    } catch (error) {
      this.#warn(error, "workers could not be looked for");
      return [];
    }
  }

  /** The state has moved on, so what it asks for must be done, even if it takes a while. */
  #insist(effect: () => void | Promise<void>): Promise<void> {
    return insist(effect, {
      isWanted: () => this.#owned,
      // A start that nobody hears of, or a share that is not handed out, is found by nobody.
      mayGiveUp: () => this.hasEnded,
      onFailure: (error) => this.#warn(error, "trying again"),
      onGivenUp: (error) => {
        this.#options.logger.error({ err: error, runId: this.id }, "gave up a step of a run");
        // An end that could not be stored is found again by whoever goes on with the run.
        this.#post(() => this.#letGo());
      },
    });
  }

  async #carryOut(effect: RunEffect, snapshot: Snapshot | undefined): Promise<void> {
    switch (effect.type) {
      case "assign":
        return this.#assign(effect.shares);
      case "runScript":
        return this.#runScript(effect.kind);
      case "start":
        return this.#start.at(effect.startAtMs, this.#state.settings.startLeadMs);
      case "stop":
      case "abort":
        return this.#orders.command(effect.type);
      case "merge":
        if (snapshot !== undefined) await this.#record.merge(effect.share, snapshot);
        this.#keeper.changed = true;
        return;
      case "acknowledge":
        return this.#orders.acknowledge();
      case "countLost":
        if (effect.share !== null) await this.#record.interruptAll(effect.share);
        await this.#accounts.recountLost(this.#state, effect, () => this.#saveRecounted(effect));
        this.#keeper.changed = true;
        return;
      case "close":
        return this.#close(effect.second, effect.partial);
      case "event":
        return this.#news.event(effect.kind, effect.text);
      case "finish":
        return this.#finish();
      case "fence":
      case "handOver":
      case "reassign":
      case "fenceScript":
      case "moveScript":
    }
  }

  /** Stored first, as shares are. */
  async #runScript(kind: ScriptKind): Promise<void> {
    await this.#saves.save();
    this.#orders.script(kind);
  }

  /** Stored first: whoever goes on with the run must know of a share before its worker does. */
  async #assign(shares: readonly ShareState[]): Promise<void> {
    await this.#saves.save();
    this.#orders.assign(shares);
  }

  /** Whoever goes on with the run must know that load has begun. Acknowledged later: START is next. */
  async #storeStart(soonMs: number): Promise<boolean> {
    // A whole millisecond, so that it is the same in every unit it is written in.
    const startAtMs = Math.ceil(soonMs);
    this.#state = { ...this.#state, startAtMs };
    const startedAt = new Date(startAtMs).toISOString();
    this.#document.change({ startAtUs: startAtMs * 1000 }, { startedAt });
    await this.#saves.store();
    return this.#owned;
  }

  #close(second: number, partial: boolean): void {
    this.#accounts.countLost(this.#state, second);
    this.#news.seconds([this.#record.close(second, partial)]);
    this.#keeper.secondClosed = true;
  }

  /**
   * Changes of closed seconds are told first: then they can leave memory. The state may call more
   * seconds closed: their closing is yet to be carried out.
   */
  #saveRecounted({ toSecond }: { toSecond: number }): Promise<boolean> {
    this.#news.corrections(this.#record, true);
    return this.#keeper.saveSeconds({ ...this.#state, nextSecond: toSecond + 1 });
  }

  /** What keeps leases had forgotten ours, so it may have forgotten everything. */
  async #restore(): Promise<void> {
    if (this.hasEnded || !this.#owned) return;
    await this.#insist(async () => {
      if (!(await this.#document.isOurs())) return this.#letGo();
      this.#document.change({ token: this.#options.ownership.token });
      this.#watch.bePatient();
      this.#orders.restore();
      // A share that was stored and not handed out, or whose task was forgotten: a worker that has
      // it already leaves it at that.
      const script = scriptUnderWay(this.#state);
      if (script !== undefined) await this.#runScript(script.kind);
      else await this.#assign(this.#state.shares.filter(({ phase }) => phase === "assigned"));
    });
    this.#keeper.changed = true;
  }

  async #finish(): Promise<void> {
    this.#rest();
    if (!this.#finishing) await this.#loseUnclaimed();
    this.#finishing = true;
    this.#news.corrections(this.#record, true);
    const endedAt = new Date(this.#nowMs()).toISOString();
    if (!(await this.#keeper.saveSeconds(this.#state))) return this.#letGo();
    const view = await this.#accounts.ended(this.#document.view, this.#state, endedAt);
    this.#document.change({ active: false, progress: null }, view);
    if (!(await this.#document.save(view))) return this.#letGo();
    this.#news.run(this.view);
    this.#clearRemains();
  }

  /** Iterations that nobody does although the run is over: their users were lost. */
  async #loseUnclaimed(): Promise<void> {
    if (this.#state.phase !== "COMPLETED" || this.#state.stopRequested) return;
    await this.#claims.read();
    this.#accounts.countUndone(this.#state, this.#claims.undone(this.#state, this.#record));
  }

  /** The run is another controller's: nothing of it is written or cleared any more. */
  async #letGo(): Promise<void> {
    this.#rest();
    // Not awaited: reading waits for its last batch, which may be waiting for this mailbox.
    this.#stopReading?.().catch(() => {});
    await this.#options.ownership.release();
    this.#ended.resolve();
  }

  #clearRemains(): void {
    this.#stopReading?.().catch(() => {});
    const released = this.#orders.release().then(() => this.#options.ownership.release());
    void released.then(this.#ended.resolve);
  }

  #nowMs(): number {
    return this.#options.time.nowMs();
  }
}
