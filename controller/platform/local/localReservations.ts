import { LOST_AFTER_MS, type Heartbeat } from "@onrush/shared/wire/heartbeat.ts";

export interface SeenWorker {
  heartbeat: Heartbeat;
  /** Since its last heartbeat; vast when it has left. */
  ageMs: number;
}

/** Which run has which worker: the same rules as RESERVE in `redis/directoryScripts.ts`. */
export class LocalReservations {
  readonly #runs = new Map<string, string>();

  /** The run that has the worker. */
  of(workerId: string): string | undefined {
    return this.#runs.get(workerId);
  }

  /** Sorted. */
  workersOf(runId: string): string[] {
    return [...this.#runs].flatMap(([id, run]) => (run === runId ? [id] : [])).sort();
  }

  /** Those of the eligible workers that the run gets, up to `wanted`, in the order of their ids. */
  take(runId: string, wanted: number, eligible: readonly SeenWorker[]): string[] {
    const free = eligible
      .filter(({ heartbeat, ageMs }) => {
        return ageMs <= LOST_AFTER_MS && !this.#runs.has(heartbeat.workerId);
      })
      .map(({ heartbeat }) => heartbeat.workerId);
    const chosen = free.sort().slice(0, Math.max(0, wanted));
    for (const id of chosen) this.#runs.set(id, runId);
    return chosen;
  }

  /** Unless another run has the worker. */
  restore(runId: string, workerId: string): void {
    if (!this.#runs.has(workerId)) this.#runs.set(workerId, runId);
  }

  free(workerId: string): void {
    this.#runs.delete(workerId);
  }

  release(runId: string): void {
    for (const id of this.workersOf(runId)) this.#runs.delete(id);
  }
}
