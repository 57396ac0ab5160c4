import type { RunView } from "@onrush/shared/api/runView.ts";
import type { Logger } from "../platform/logger.ts";

const LOOK_EVERY_MS = 1_000;

export interface WaitingRun {
  id: string;
  /** With its place in line; undefined while it is not this controller's, or does not wait. */
  view(): Promise<RunView | undefined>;
}

/**
 * Tells whoever watches a run of this controller its place in line whenever that has changed, which
 * is no news of the run itself. Of others' runs `RunFollower` tells everything.
 */
export class PlaceFollower {
  readonly #run: WaitingRun;
  readonly #publish: (run: RunView) => void;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #told: number | null = null;
  #looking = false;
  #closed = false;

  constructor(run: WaitingRun, publish: (run: RunView) => void, logger: Logger) {
    this.#run = run;
    this.#publish = publish;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const view = await this.#run.view();
      if (this.#closed || view?.state !== "QUEUED" || view.queuePosition === this.#told) return;
      this.#told = view.queuePosition;
      this.#publish(view);
    } catch (error) {
      this.#logger.warn({ err: error, runId: this.#run.id }, "a place in line could not be told");
    } finally {
      this.#looking = false;
    }
  }
}
