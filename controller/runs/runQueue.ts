import type { LeaseRequest } from "@onrush/shared/wire/leaseRenewal.ts";
import type { BeatReply } from "@onrush/shared/wire/heartbeat.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { placementWarnings } from "../planning/placementWarnings.ts";
import { Leftovers } from "./leftovers.ts";
import { limited } from "./limited.ts";
import { RunOwnership } from "./runOwnership.ts";
import type { PublishingPlatform } from "./runPlatform.ts";
import type { StoredRun } from "./runStore.ts";
import { RunSupervisor } from "./runSupervisor.ts";

const PLACE_EVERY_MS = 200;
/** On one machine nobody else leaves runs behind, but for an end that could not be stored. */
const ADOPT_EVERY_MS = { redis: 1_000, local: 5_000 } as const;

/**
 * The runs that this controller owns. Each waits until workers are free, then its supervisor takes
 * over. Workers are reserved all at once, so two runs never wait for each other's. Runs that nobody
 * owns (their controller is gone) are adopted, and what ended ones have left is cleared.
 */
export class RunQueue {
  readonly #options: PublishingPlatform;
  readonly #waiting: RunSupervisor[] = [];
  readonly #supervisors = new Map<string, RunSupervisor>();
  readonly #scenarios = new Map<string, Pick<StoredRun["scenario"], "numWorkers" | "labels">>();
  /** Runs whose lease is being asked for: this controller would get the same one twice. */
  readonly #taking = new Set<string>();
  readonly #leftovers: Leftovers;
  #adoptTimer: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #placing = false;
  #adopting = false;
  #closed = false;

  constructor(options: PublishingPlatform) {
    this.#options = options;
    this.#leftovers = new Leftovers(options);
  }

  async open(): Promise<void> {
    await this.#adoptAll();
    this.#timer = setInterval(() => void this.#place(), PLACE_EVERY_MS);
    this.#adoptTimer = setInterval(
      () => void this.#adoptAll(),
      ADOPT_EVERY_MS[this.#options.link.name],
    );
  }

  /** Leaves runs to other controllers where workers outlive this one; otherwise stops them. */
  async close(withinMs: number): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    clearInterval(this.#adoptTimer);
    const active = [...this.#supervisors.values()];
    if (this.#options.link.name === "redis") {
      await limited(withinMs, Promise.all(active.map((supervisor) => supervisor.leave())));
      return;
    }
    const stopped = active.map(async (supervisor) => {
      await supervisor.stop();
      await supervisor.ended;
    });
    await limited(withinMs, Promise.all(stopped));
    const left = [...this.#supervisors.values()];
    const failed = left.map((supervisor) => supervisor.fail("the controller was shut down"));
    await limited(withinMs, Promise.all(failed));
  }

  /** Queues a run; without a link to the workers it is adopted when there is one. */
  async add(run: StoredRun): Promise<void> {
    const { logger } = this.#options;
    try {
      await this.#take(run.id, async (ownership) => {
        this.#enqueue(run, ownership);
        void this.#place();
      });
    } catch (error) {
      logger.warn({ err: error, runId: run.id }, "a run waits for the link to the workers");
    }
  }

  /** Nothing while another controller has the run, or this one has it or is about to. */
  async #take(runId: string, use: (ownership: RunOwnership) => Promise<void>): Promise<void> {
    const { link, owner, logger } = this.#options;
    if (this.#supervisors.has(runId) || this.#taking.has(runId)) return;
    this.#taking.add(runId);
    try {
      const ownership = await RunOwnership.acquire(runId, link.lease, owner, logger);
      if (ownership === undefined) return;
      if (this.#closed) return await ownership.release();
      await use(ownership);
    } finally {
      this.#taking.delete(runId);
    }
  }

  #enqueue(run: StoredRun, ownership: RunOwnership): void {
    this.#waiting.push(this.#supervise(run, ownership));
  }

  #supervise(run: StoredRun, ownership: RunOwnership): RunSupervisor {
    const supervisor = new RunSupervisor({ ...this.#options, run, ownership });
    this.#supervisors.set(run.id, supervisor);
    this.#scenarios.set(run.id, run.scenario);
    void supervisor.ended.then(() => this.#forget(run.id));
    return supervisor;
  }

  supervisor(runId: string): RunSupervisor | undefined {
    return this.#supervisors.get(runId);
  }

  /** Stops a run, or tells its owner to. */
  async stop(runId: string): Promise<void> {
    const { link, runs, logger } = this.#options;
    const own = this.#supervisors.get(runId);
    if (own === undefined) {
      const run = await runs.get(runId);
      if (run?.active === true) await link.lease.askStop(runId);
      return;
    }
    if (own.hasEnded) return;
    // Asked for as of a run of another's: its workers end, so whoever goes on with it must know why.
    const asked = link.lease.askStop(runId).catch((error: unknown) => {
      logger.warn({ err: error, runId }, "that a run is to stop could not be left for others");
    });
    // Once it is on record, nobody needs to be told.
    if (!(await own.stop())) await asked;
  }

  /** Standings of shares of runs that are this controller's. */
  standingsFor(request: LeaseRequest): BeatReply {
    const own = [...new Set(request.shares.map(({ runId }) => runId))].flatMap(
      (runId) => this.#supervisors.get(runId) ?? [],
    );
    const replies = own.map((supervisor) => supervisor.standingsFor(request));
    return {
      shares: replies.flatMap((reply) => reply.shares),
      commands: replies.flatMap((reply) => reply.commands),
      owners: Object.fromEntries(own.map(({ id }) => [id, this.#options.owner.url])),
    };
  }

  #forget(runId: string): void {
    this.#supervisors.delete(runId);
    this.#scenarios.delete(runId);
    const index = this.#waiting.findIndex((supervisor) => supervisor.id === runId);
    if (index >= 0) this.#waiting.splice(index, 1);
    void this.#place();
  }

  async #place(): Promise<void> {
    if (this.#placing || this.#closed) return;
    this.#placing = true;
    try {
      // One that finds no worker with its labels must not hold up the others.
      for (const next of [...this.#waiting]) {
        // Stopped while one before it was placed: what is reserved for it now would stay so.
        if (next.hasEnded || !this.#waiting.includes(next)) continue;
        const isPlaced = await this.#placeOne(next);
        const index = this.#waiting.indexOf(next);
        if (isPlaced && index >= 0) this.#waiting.splice(index, 1);
        if (!isPlaced && this.#labelsOf(next).length === 0) break;
      }
    } catch (error) {
      this.#options.logger.warn({ err: error }, "no run could be placed, trying again");
    } finally {
      this.#placing = false;
    }
  }

  #labelsOf(supervisor: RunSupervisor): string[] {
    return Object.keys(this.#scenarios.get(supervisor.id)?.labels ?? {});
  }

  async #placeOne(supervisor: RunSupervisor): Promise<boolean> {
    const { link } = this.#options;
    const { numWorkers: wanted = 1, labels = {} } = this.#scenarios.get(supervisor.id) ?? {};
    const workers = await link.directory.reserve(supervisor.id, wanted, labels);
    if (workers.length === 0) return false;
    const notes =
      workers.length < wanted
        ? [`${wanted} workers wanted, ${workers.length} free: they carry the whole load`]
        : [];
    notes.push(...(await this.#warnings(supervisor, workers)));
    await supervisor.begin(workers, notes);
    return true;
  }

  /** What these workers may not be able to carry; nothing while they cannot be looked at. */
  async #warnings(supervisor: RunSupervisor, workerIds: readonly string[]): Promise<string[]> {
    const { link, logger } = this.#options;
    try {
      const chosen = new Set(workerIds);
      const workers = (await link.directory.list()).filter((w) => chosen.has(w.workerId));
      return placementWarnings(supervisor.plan, workers);
    } catch (error) {
      logger.warn({ err: error, runId: supervisor.id }, "workers could not be checked for a run");
      return [];
    }
  }

  async #adoptAll(): Promise<void> {
    if (this.#adopting || this.#closed) return;
    this.#adopting = true;
    try {
      const active = await this.#options.runs.active();
      // Side by side: workers wait 15 s for an owner, whatever the others take.
      await Promise.all(active.map(({ id }) => this.#tryAdopt(id)));
      await this.#leftovers.clear((id) => this.#supervisors.has(id) || this.#taking.has(id));
    } catch (error) {
      this.#options.logger.warn({ err: error }, "what others have left could not be looked for");
    } finally {
      this.#adopting = false;
    }
  }

  async #tryAdopt(runId: string): Promise<void> {
    try {
      await this.#take(runId, (ownership) => this.#adopt(runId, ownership));
    } catch (error) {
      this.#options.logger.warn({ err: error, runId }, "a run could not be taken up");
    }
  }

  /** Goes on with a run whose owner is gone. */
  async #adopt(runId: string, ownership: RunOwnership): Promise<void> {
    const { runs, logger } = this.#options;
    // As its last owner left it: what was read before the lease was ours may be older.
    const look = () => Promise.all([runs.get(runId), ownership.isStopAsked()]);
    const [run, isStopAsked] = await look().catch(async (error: unknown) => {
      await ownership.release();
      throw error;
    });
    const state = run?.progress?.state;
    // Lost again already, it would never hear of that.
    if (run === undefined || !run.active || !ownership.isHeld) return ownership.release();
    logger.info({ runId }, "a run without an owner goes on here");
    if (state === undefined || state.startAtMs === null || hasEnded(state.phase)) {
      // Before workers are reserved for it.
      if (isStopAsked) void this.#supervise(run, ownership).stop();
      else this.#enqueue(run, ownership);
      return;
    }
    // Not waited for: going through a day of seconds takes longer than other runs can wait.
    void this.#resume(this.#supervise(run, ownership), isStopAsked);
  }

  async #resume(supervisor: RunSupervisor, isStopAsked: boolean): Promise<void> {
    try {
      await supervisor.resume(isStopAsked);
    } catch (error) {
      // Half read it cannot be gone on with; the next try begins with the store again.
      await supervisor.handOn();
      const context = { err: error, runId: supervisor.id };
      this.#options.logger.warn(context, "a run could not be gone on with");
    }
  }
}
