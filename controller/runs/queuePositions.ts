import type { Logger } from "../platform/logger.ts";
import { limited } from "./limited.ts";
import type { RunStore } from "./runStore.ts";

/** For so long places are told as they were read. */
const FRESH_MS = 1_000;
/** A store that does not answer for this long is away: an owner's runs are told without it. */
const STORE_LIMIT_MS = 500;

/**
 * Where runs stand in line, the same at every controller: all that wait by the store, oldest first.
 * While the store is away, places are told as they were last.
 */
export class QueuePositions {
  readonly #runs: Pick<RunStore, "queued">;
  readonly #logger: Logger;
  #places: ReadonlyMap<string, number> = new Map();
  #readAtMs = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(runs: Pick<RunStore, "queued">, logger: Logger) {
    this.#runs = runs;
    this.#logger = logger;
  }

  /** As it was looked up last: 1 is next; null for a run that did not wait, or is not known. */
  known(runId: string): number | null {
    return this.#places.get(runId) ?? null;
  }

  /** Looks up these runs, which wait, together with all others: with one query, or none. */
  async lookUp(runIds: readonly string[]): Promise<void> {
    const hasAll = () => runIds.every((id) => this.#places.has(id));
    if (runIds.length === 0) return;
    if (hasAll() && performance.now() - this.#readAtMs < FRESH_MS) return;
    await limited(STORE_LIMIT_MS, this.#readUntil(hasAll));
  }

  /** A query that was under way may have begun before the newest runs were stored. */
  async #readUntil(hasAll: () => boolean): Promise<void> {
    const wasReading = this.#reading !== undefined;
    await this.#read();
    if (wasReading && !hasAll()) await this.#read();
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readNow(): Promise<void> {
    try {
      const ids = await this.#runs.queued();
      this.#places = new Map(ids.map((id, i) => [id, i + 1]));
    } catch (error) {
      this.#logger.warn({ err: error }, "places in line could not be read");
    }
    this.#readAtMs = performance.now();
  }
}
