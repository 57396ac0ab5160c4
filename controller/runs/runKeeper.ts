import type { RunView } from "@onrush/shared/api/runView.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import type { RunDocument } from "./runDocument.ts";
import type { ReportStream } from "../platform/ports.ts";
import type { RunRecord } from "./runRecord.ts";
import type { RunStandings } from "./runStandings.ts";

/** With Redis hanging, a round of closing and storing takes several seconds. */
const FRESH_MS = 6_000;

/**
 * Brings a run into its stores: seconds first, then the document that another owner goes on from.
 * Exactly what was stored is acknowledged then, and what was read of the stream so far let go.
 */
export class RunKeeper {
  /** Something is to be stored. */
  changed = false;
  readonly #document: RunDocument;
  readonly #record: RunRecord;
  readonly #standings: RunStandings;
  readonly #reports: Pick<ReportStream, "trim">;
  #secondClosed = false;
  #isFailing = false;
  #savedAtMs = -Infinity;

  constructor(
    document: RunDocument,
    record: RunRecord,
    standings: RunStandings,
    reports: Pick<ReportStream, "trim">,
  ) {
    this.#document = document;
    this.#record = record;
    this.#standings = standings;
    this.#reports = reports;
  }

  get secondClosed(): boolean {
    return this.#secondClosed;
  }

  set secondClosed(isClosed: boolean) {
    this.#secondClosed = isClosed;
    this.changed ||= isClosed;
  }

  /** False when someone else owns the run and has written it. */
  async save(state: RunState, view: RunView): Promise<boolean> {
    this.changed = false;
    this.#secondClosed = false;
    try {
      if (!(await this.saveSeconds(state))) return false;
      this.#document.change({ progress: { state, tallies: this.#record.tallies } });
      if (!(await this.#document.save(view))) return false;
      this.#savedAtMs = performance.now();
      this.#standings.stored(state);
      if (!(await this.acknowledge(state))) return false;
      const { id, streamPosition } = this.#document;
      if (state.startAtMs !== null) await this.#reports.trim(id, streamPosition);
      return true;
    } catch (error) {
      this.changed = true;
      throw error;
    }
  }

  /** Tells what is stored; false when someone else owns the run. */
  async acknowledge(state: RunState): Promise<boolean> {
    const isOurs = await this.#standings.publish(state, this.#document.token);
    // The next tick stores once more, and with it this is tried again.
    if (isOurs && !this.#standings.areWhole) this.changed = true;
    return isOurs;
  }

  /** True while the store has lately taken the run as ours. */
  get isFresh(): boolean {
    return performance.now() - this.#savedAtMs < FRESH_MS;
  }

  saveSeconds(state: RunState): Promise<boolean> {
    return this.#record.save(this.#document.token, state.nextSecond);
  }

  /** True for the first failure of several. */
  failed(): boolean {
    const isFirst = !this.#isFailing;
    this.#isFailing = true;
    return isFirst;
  }

  /** True for the first success after failures. */
  recovered(): boolean {
    const isFirst = this.#isFailing;
    this.#isFailing = false;
    return isFirst;
  }
}
