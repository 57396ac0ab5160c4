import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import { boundedEvents } from "@onrush/shared/run/boundedEvents.ts";
import type { RunProgress, RunStore, StoredRun } from "./runStore.ts";

/** The stored document of one run: what is in it, and its way into the store. */
export class RunDocument {
  readonly #store: RunStore;
  #run: StoredRun;

  constructor(run: StoredRun, store: RunStore) {
    this.#run = run;
    this.#store = store;
  }

  get id(): string {
    return this.#run.id;
  }

  get token(): number {
    return this.#run.token;
  }

  get active(): boolean {
    return this.#run.active;
  }

  get streamPosition(): string {
    return this.#run.streamPosition;
  }

  get progress(): RunProgress | null {
    return this.#run.progress;
  }

  /** The view as last changed; numbers of an active run are not in it. */
  get view(): RunView {
    return this.#run.view;
  }

  change(part: Partial<Omit<StoredRun, "view">>, view: Partial<RunView> = {}): void {
    this.#run = { ...this.#run, ...part, view: { ...this.#run.view, ...view } };
  }

  addEvent(event: RunEvent): void {
    this.change({}, { events: [...boundedEvents([...this.#run.view.events, event])] });
  }

  /** False when another controller has had the run meanwhile, or has ended it. Rejects as stores do. */
  async isOurs(): Promise<boolean> {
    const stored = await this.#store.get(this.#run.id);
    return stored?.active === true && stored.token <= this.#run.token;
  }

  /** Writes the document with `view`; false when someone else has written it. */
  async save(view: RunView): Promise<boolean> {
    const version = this.#run.version + 1;
    if (!(await this.#store.update({ ...this.#run, version, view }))) {
      // The answer to an earlier try may have been lost although it was written.
      const stored = await this.#store.get(this.#run.id);
      if (stored?.token !== this.#run.token || stored.version < version) return false;
      this.#run = { ...this.#run, version: stored.version };
      return this.save(view);
    }
    this.#run = { ...this.#run, version };
    return true;
  }
}
