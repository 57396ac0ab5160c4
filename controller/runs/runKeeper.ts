import type { RunView } from "@onrush/shared/api/runView.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import type { RunDocument } from "./runDocument.ts";
import type { ReportStream } from "../platform/ports.ts";
import type { RunRecord } from "./runRecord.ts";
import type { RunStandings } from "./runStandings.ts";

/** With Redis hanging, a round of closing and storing takes several seconds. */
const FRESH_MS = 6_000;

/** What the store has, as somebody else would go on from it. */
interface Kept {
  state: RunState;
  streamPosition: string;
}

/**
 * Brings a run into its stores: seconds first, then the document that another owner goes on from.
 * Exactly what was stored can be acknowledged then, and what was read of the stream so far let go.
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
  #kept: Kept | undefined;
  #trimmedTo = "";

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
      const { streamPosition } = this.#document;
      if (!(await this.#document.save(view))) return false;
      this.#savedAtMs = performance.now();
      this.#standings.stored(state);
      this.#kept = { state, streamPosition };
      return true;
    } catch (error) {
      this.changed = true;
      throw error;
    }
  }

  /** Tells workers what is stored; false when someone else owns the run. Rejects as the link does. */
  async acknowledge(): Promise<boolean> {
    if (this.#kept === undefined) return true;
    const { state, streamPosition } = this.#kept;
    if (!(await this.#standings.publish(state, this.#document.token))) return false;
    // The next tick stores once more, and with it this is tried again.
    if (!this.#standings.areWhole) this.changed = true;
    if (state.startAtMs === null || streamPosition === this.#trimmedTo) return true;
    await this.#reports.trim(this.#document.id, streamPosition);
    this.#trimmedTo = streamPosition;
    return true;
  }

  /** True while the store has lately taken the run as ours. */
  get isFresh(): boolean {
    return this.hasStoredWithin(FRESH_MS);
  }

  hasStoredWithin(ms: number): boolean {
    return performance.now() - this.#savedAtMs < ms;
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
