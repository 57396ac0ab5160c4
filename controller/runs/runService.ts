import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { PageQuery, StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { LiveMessage, RealtimeStats, SecondView } from "@onrush/shared/api/secondView.ts";
import type { LeaseReply, LeaseRequest } from "@onrush/shared/wire/leaseRenewal.ts";
import { planRun } from "../planning/runPlan.ts";
import { noStats, statsOf, windowOf } from "../results/realtimeStats.ts";
import type { KeptFiles } from "../scenarios/keptFiles.ts";
import type { Page } from "../scenarios/scenarioStore.ts";
import { inSlices } from "./inSlices.ts";
import { PlaceFollower } from "./placeFollower.ts";
import { QueuePositions } from "./queuePositions.ts";
import { RunFollower } from "./runFollower.ts";
import type { RunPlatform } from "./runPlatform.ts";
import { RunQueue } from "./runQueue.ts";
import { readClosed, viewOf } from "./runRecord.ts";
import { type RunResults, runResults, storedResults } from "./runResults.ts";
import type { Runs } from "./runs.ts";
import type { StoredRun } from "./runStore.ts";
import { newRunView } from "./runView.ts";

export interface RunServiceOptions extends RunPlatform {
  files: Pick<KeptFiles, "touch">;
  /** Every message of the runs that this controller owns, for metrics. */
  observe?(message: LiveMessage): void;
}

/** A link that does not answer for this long is down: workers wait for what we say. */
const LINK_LIMIT_MS = 150;

interface Watchers {
  listeners: Set<(message: LiveMessage) => void>;
  follower: RunFollower;
  place: PlaceFollower;
}

/** All runs: active ones through their supervisors, ended ones from the stores. */
export class RunService implements Runs {
  readonly #options: RunServiceOptions;
  readonly #queue: RunQueue;
  readonly #positions: QueuePositions;
  readonly #watchers = new Map<string, Watchers>();

  constructor(options: RunServiceOptions) {
    this.#options = options;
    this.#positions = new QueuePositions(options.runs, options.logger);
    this.#queue = new RunQueue({ ...options, publish: (message) => this.#publish(message) });
  }

  /** Goes on with what an earlier process left behind and begins to place runs. */
  async open(): Promise<void> {
    await this.#queue.open();
  }

  /** Leaves active runs to other controllers, or stops them; within `withinMs`, about. */
  async close(withinMs: number): Promise<void> {
    await this.#queue.close(withinMs);
  }

  async start(scenario: StoredScenario, ownerId: string): Promise<RunView> {
    const nowMs = this.#options.time.nowMs();
    const id = randomUUID();
    const createdAt = new Date(nowMs).toISOString();
    const view = newRunView(id, scenario, ownerId, planRun(scenario), createdAt);
    const run: StoredRun = {
      id,
      scenarioId: scenario.id,
      createdAtMs: nowMs,
      active: true,
      token: 0,
      version: 1,
      streamPosition: "0",
      startAtUs: null,
      progress: null,
      scenario,
      view,
    };
    // Before the run names them, or they might be removed in between.
    for (const { sha256 } of Object.values(scenario.files ?? {})) {
      await this.#options.files.touch(sha256);
    }
    await this.#options.runs.create(run);
    await this.#queue.add(run);
    return this.#viewOf(run);
  }

  /** An active run of ours is told without the store, which may be away. */
  async get(runId: string): Promise<RunView | undefined> {
    const active = this.#queue.supervisor(runId);
    const run = active ?? (await this.#options.runs.get(runId));
    return run === undefined ? undefined : this.#viewOf(run);
  }

  async list(page: PageQuery, scenarioId?: string): Promise<Page<RunView>> {
    const { items, total } = await this.#options.runs.list(page, scenarioId);
    return { items: await this.#viewsOf(items), total };
  }

  async stop(runId: string): Promise<RunView | undefined> {
    await this.#queue.stop(runId);
    return this.get(runId);
  }

  async remove(runId: string): Promise<"removed" | "unknown" | "active"> {
    const run = await this.#options.runs.get(runId);
    if (run === undefined) return "unknown";
    if (run.active) return "active";
    return (await this.#options.runs.remove(runId)) ? "removed" : "unknown";
  }

  async seconds(runId: string, from: number, to: number): Promise<SecondView[] | undefined> {
    const active = this.#queue.supervisor(runId);
    if (active !== undefined) return active.closedViews(from, to);
    const run = await this.#options.runs.get(runId);
    if (run === undefined) return undefined;
    const plan = planRun(run.scenario);
    const records = await readClosed(this.#options.seconds, runId, from, to);
    return inSlices(records, (record) => viewOf(plan, record));
  }

  async results(runId: string): Promise<RunResults | undefined> {
    const run = await this.#options.runs.get(runId);
    if (run === undefined) return undefined;
    const active = this.#queue.supervisor(runId);
    if (active === undefined) return storedResults(run, this.#options.seconds);
    return runResults(run, active.view, (from, to) => active.closed(from, to));
  }

  async realtime(scenarioId: string, lastNSeconds: number): Promise<RealtimeStats> {
    const run = await this.#options.runs.latest(scenarioId);
    if (run === undefined) return noStats(scenarioId);
    const active = this.#queue.supervisor(run.id);
    const runState = active?.phase ?? run.view.state;
    const head = { scenarioId, runId: run.id, runState };
    if (active !== undefined) {
      const { plannedSeconds } = run.view;
      const { from, windowSeconds } = windowOf(active.closedSeconds, plannedSeconds, lastNSeconds);
      return statsOf(head, await active.closed(from, Infinity), windowSeconds);
    }
    const loaded = run.view.summary?.durationSeconds ?? 0;
    const { from, windowSeconds } = windowOf(Math.ceil(loaded), loaded, lastNSeconds);
    const last = Math.ceil(loaded) + run.scenario.gracefulStopSeconds + 60;
    const seconds = await readClosed(this.#options.seconds, run.id, from, last);
    return statsOf(head, seconds, windowSeconds);
  }

  watch(runId: string, listen: (message: LiveMessage) => void): () => void {
    const known = this.#watchers.get(runId);
    const watchers = known ?? {
      listeners: new Set<(message: LiveMessage) => void>(),
      follower: this.#follow(runId),
      place: this.#followPlace(runId),
    };
    watchers.listeners.add(listen);
    this.#watchers.set(runId, watchers);
    return () => {
      watchers.listeners.delete(listen);
      if (watchers.listeners.size > 0) return;
      watchers.follower.close();
      watchers.place.close();
      this.#watchers.delete(runId);
    };
  }

  /** Publishes what the store says while another controller owns the run. */
  #follow(runId: string): RunFollower {
    const isOwn = () => this.#queue.supervisor(runId) !== undefined;
    const followed = {
      ...{ isOwn, view: () => this.get(runId), nowMs: () => this.#options.time.nowMs() },
      seconds: async (from: number) => (await this.seconds(runId, from, Infinity)) ?? [],
    };
    const publish = (message: LiveMessage) => this.#deliver(runId, message);
    return new RunFollower(runId, followed, publish, this.#options.logger);
  }

  /** Publishes the place in line of a run that this controller owns. */
  #followPlace(runId: string): PlaceFollower {
    const view = async () =>
      this.#queue.supervisor(runId)?.phase === "QUEUED" ? this.get(runId) : undefined;
    const publish = (run: RunView) => this.#publish({ type: "run", run });
    return new PlaceFollower({ id: runId, view }, publish, this.#options.logger);
  }

  /** What workers get to know of their shares while the link is down for this controller, too. */
  async renew(request: LeaseRequest): Promise<LeaseReply | undefined> {
    if (await this.#linkAnswers()) return undefined;
    return this.#queue.standingsFor(request);
  }

  async #linkAnswers(): Promise<boolean> {
    const limit = pause(LINK_LIMIT_MS, false, { ref: false });
    const ping = this.#options.link.ping().then(
      () => true,
      () => false,
    );
    return Promise.race([ping, limit]);
  }

  /** What this controller says of a run that it owns. */
  #publish(news: LiveMessage): void {
    const message = news.type === "run" ? { ...news, run: this.#inLine(news.run) } : news;
    this.#options.observe?.(message);
    const runId = "runId" in message ? message.runId : message.run.id;
    this.#watchers.get(runId)?.follower.saw(message);
    this.#deliver(runId, message);
  }

  #deliver(runId: string, message: LiveMessage): void {
    for (const listen of this.#watchers.get(runId)?.listeners ?? []) listen(message);
  }

  async #viewOf(run: Pick<StoredRun, "id" | "view">): Promise<RunView> {
    await this.#lookUp([run]);
    return this.#freshest(run);
  }

  async #viewsOf(runs: readonly Pick<StoredRun, "id" | "view">[]): Promise<RunView[]> {
    await this.#lookUp(runs);
    return runs.map((run) => this.#freshest(run));
  }

  /** Of those that wait, their places in line. */
  async #lookUp(runs: readonly Pick<StoredRun, "id" | "view">[]): Promise<void> {
    const phaseOf = (run: Pick<StoredRun, "id" | "view">) =>
      this.#queue.supervisor(run.id)?.phase ?? run.view.state;
    const waiting = runs.filter((run) => phaseOf(run) === "QUEUED");
    await this.#positions.lookUp(waiting.map(({ id }) => id));
  }

  /** A supervisor's view for an active run, the stored one otherwise. */
  #freshest(run: Pick<StoredRun, "id" | "view">): RunView {
    return this.#inLine(this.#queue.supervisor(run.id)?.view ?? run.view);
  }

  #inLine(view: RunView): RunView {
    const waits = view.state === "QUEUED";
    return { ...view, queuePosition: waits ? this.#positions.known(view.id) : null };
  }
}
