import { placementWarnings } from "../planning/placementWarnings.ts";
import { LEASE_TTL_MS, type PublishingPlatform } from "./runPlatform.ts";
import type { StoredRun } from "./runStore.ts";
import { RunSupervisor } from "./runSupervisor.ts";

const PLACE_EVERY_MS = 200;
const ORPHANS_EVERY_MS = 3_000;

/**
 * Runs in the order they were asked for: each waits until a worker is free, then its supervisor
 * takes over. Workers are reserved all at once, so two runs never wait for each other's.
 */
export class RunQueue {
  readonly #options: PublishingPlatform;
  readonly #waiting: RunSupervisor[] = [];
  readonly #supervisors = new Map<string, RunSupervisor>();
  readonly #wanted = new Map<string, number>();
  /** Runs that an earlier process left active and whose lease has not run out yet. */
  #orphans: StoredRun[] = [];
  #orphanTimer: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #placing = false;

  constructor(options: PublishingPlatform) {
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#orphans = await this.#options.runs.active();
    await this.#endOrphans();
    this.#timer = setInterval(() => void this.#place(), PLACE_EVERY_MS);
    this.#orphanTimer = setInterval(() => void this.#endOrphans(), ORPHANS_EVERY_MS);
  }

  async close(withinMs: number): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#orphanTimer);
    const active = [...this.#supervisors.values()];
    const ended = Promise.all(
      active.map(async (supervisor) => {
        await supervisor.stop();
        await supervisor.ended;
      }),
    );
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([ended, limit]);
    clearTimeout(timer);
    const failed = Promise.all(
      [...this.#supervisors.values()].map((s) => s.fail("the controller was shut down")),
    );
    const lastLimit = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([failed, lastLimit]);
    clearTimeout(timer);
  }

  add(run: StoredRun): void {
    const supervisor = new RunSupervisor({ ...this.#options, run });
    this.#supervisors.set(run.id, supervisor);
    this.#waiting.push(supervisor);
    this.#wanted.set(run.id, run.scenario.numWorkers);
    void supervisor.ended.then(() => this.#forget(run.id));
    void this.#place();
  }

  supervisor(runId: string): RunSupervisor | undefined {
    return this.#supervisors.get(runId);
  }

  /** 1 is next; null for a run that does not wait. */
  position(runId: string): number | null {
    const index = this.#waiting.findIndex((supervisor) => supervisor.id === runId);
    return index < 0 ? null : index + 1;
  }

  async stop(runId: string): Promise<void> {
    await this.#supervisors.get(runId)?.stop();
  }

  #forget(runId: string): void {
    this.#supervisors.delete(runId);
    this.#wanted.delete(runId);
    const index = this.#waiting.findIndex((supervisor) => supervisor.id === runId);
    if (index >= 0) this.#waiting.splice(index, 1);
    void this.#place();
  }

  async #place(): Promise<void> {
    if (this.#placing) return;
    this.#placing = true;
    try {
      for (;;) {
        const next = this.#waiting[0];
        if (next === undefined || !(await this.#placeOne(next))) break;
        if (this.#waiting[0] === next) this.#waiting.shift();
      }
    } catch (error) {
      this.#options.logger.warn({ err: error }, "no run could be placed, trying again");
    } finally {
      this.#placing = false;
    }
  }

  async #placeOne(supervisor: RunSupervisor): Promise<boolean> {
    const { link, ownerId } = this.#options;
    const wanted = this.#wanted.get(supervisor.id) ?? 1;
    const workers = await link.directory.reserve(supervisor.id, wanted);
    if (workers.length === 0) return false;
    const token = await link.lease.acquire(supervisor.id, ownerId, LEASE_TTL_MS);
    if (token === undefined || supervisor.hasEnded) {
      await link.directory.release(supervisor.id);
      await link.lease.release(supervisor.id, ownerId);
      return supervisor.hasEnded;
    }
    const notes =
      workers.length < wanted
        ? [`${wanted} workers wanted, ${workers.length} free: they carry the whole load`]
        : [];
    notes.push(...(await this.#warnings(supervisor, workers)));
    await supervisor.begin(token, workers, notes);
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

  /** Tries again until the lease of the process that left them has run out. */
  async #endOrphans(): Promise<void> {
    const left: StoredRun[] = [];
    for (const run of this.#orphans) {
      try {
        if (!(await this.#endOrphan(run))) left.push(run);
      } catch (error) {
        this.#options.logger.warn(
          { err: error, runId: run.id },
          "an old run could not be ended yet",
        );
        left.push(run);
      }
    }
    this.#orphans = left;
  }

  /**
   * A run that an earlier process left active cannot be watched any more: it ends as FAILED. False
   * while another process holds it.
   */
  async #endOrphan(old: StoredRun): Promise<boolean> {
    const { link, ownerId, runs, time, logger } = this.#options;
    const token = await link.lease.acquire(old.id, ownerId, LEASE_TTL_MS);
    if (token === undefined) return false;
    const run = await runs.get(old.id);
    if (run === undefined || !run.active) {
      await link.lease.release(old.id, ownerId);
      return true;
    }
    const reason = "its controller ended before the run did";
    await link.control.send({ type: "abort", runId: run.id, token });
    await link.directory.release(run.id);
    await link.reports.remove(run.id);
    const at = new Date(time.nowMs()).toISOString();
    const verdict = { sla: "NONE", validity: "INVALID", reasons: [reason] } as const;
    const events = [...run.view.events, { at, kind: "error" as const, text: reason }];
    const view: StoredRun["view"] = {
      ...run.view,
      ...{ state: "FAILED", endedAt: at, events },
      verdict: { ...verdict, reasons: [...verdict.reasons] },
    };
    const ended: StoredRun = { ...run, active: false, token, version: run.version + 1, view };
    if (!(await runs.update(ended)))
      logger.warn({ runId: run.id }, "an old run could not be ended");
    await link.lease.release(run.id, ownerId);
    return true;
  }
}
