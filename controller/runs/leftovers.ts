import type { Logger } from "../platform/logger.ts";
import type { RunOwner, WorkerLink } from "../platform/ports.ts";
import { clearRemains } from "./clearRemains.ts";
import { LEASE_TTL_MS } from "./runPlatform.ts";
import type { RunStore } from "./runStore.ts";

/** Who ends a run clears up after it, and its workers hear of that with their next heartbeats. */
const ENDED_FOR_MS = 2_000;
/**
 * A run that is not known here was deleted, or is another store's, whose controllers have the same
 * workers. Nobody waits so long for an owner.
 */
const UNKNOWN_FOR_MS = 60_000;

export interface LeftoversOptions {
  link: WorkerLink;
  runs: Pick<RunStore, "get">;
  /** This controller. */
  owner: RunOwner;
  logger: Logger;
}

/** Clears what a run has left at its workers and in the link when its owner died before it could. */
export class Leftovers {
  readonly #options: LeftoversOptions;
  /**
   * Since when a run is seen at workers that is not this controller's, and is not under way: Infinity
   * once that is cleared.
   */
  #sinceMs: ReadonlyMap<string, number> = new Map();

  constructor(options: LeftoversOptions) {
    this.#options = options;
  }

  /** @param isOwn whether this controller is at work for the run */
  async clear(isOwn: (runId: string) => boolean): Promise<void> {
    const nowMs = performance.now();
    const seen = new Map<string, number>();
    for (const [runId, workerIds] of await this.#workersByRun()) {
      if (isOwn(runId)) continue;
      const run = await this.#options.runs.get(runId);
      if (run?.active === true) continue;
      const sinceMs = this.#sinceMs.get(runId) ?? nowMs;
      seen.set(runId, sinceMs);
      const limitMs = run === undefined ? UNKNOWN_FOR_MS : ENDED_FOR_MS;
      if (nowMs - sinceMs < limitMs || !(await this.#clearRun(runId, workerIds))) continue;
      // Its workers may be listed for a while yet, with what they have told last.
      seen.set(runId, Infinity);
    }
    this.#sinceMs = seen;
  }

  /** Of every run that a worker is reserved for or has a share of. */
  async #workersByRun(): Promise<ReadonlyMap<string, Set<string>>> {
    const byRun = new Map<string, Set<string>>();
    for (const { workerId, reservedFor, shares } of await this.#options.link.directory.list()) {
      const runIds = shares.map(({ runId }) => runId);
      for (const runId of reservedFor === undefined ? runIds : [reservedFor, ...runIds]) {
        byRun.set(runId, (byRun.get(runId) ?? new Set()).add(workerId));
      }
    }
    return byRun;
  }

  /** False when somebody else has it. As its owner: nobody else is about to, nor goes on with it meanwhile. */
  async #clearRun(runId: string, workerIds: ReadonlySet<string>): Promise<boolean> {
    const { link, owner, logger } = this.#options;
    if ((await link.lease.acquire(runId, owner, LEASE_TTL_MS)) === undefined) return false;
    try {
      logger.warn({ runId }, "an ended run had left something at its workers");
      await link.directory.release(runId);
      for (const error of await clearRemains(link, runId, [...workerIds])) {
        logger.warn({ err: error, runId }, "something of a run is left");
      }
      return true;
    } finally {
      await link.lease.release(runId, owner);
    }
  }
}
