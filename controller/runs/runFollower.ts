import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { Logger } from "../platform/logger.ts";

const POLL_EVERY_MS = 1_000;
/** Late answers change seconds this long after they closed. */
const LOOK_BACK_SECONDS = 15;

export interface FollowedRun {
  /** Undefined when there is no such run. */
  view(): Promise<RunView | undefined>;
  seconds(from: number): Promise<readonly SecondView[]>;
  /** True while this controller publishes the run itself. */
  isOwn(): boolean;
}

/** What a run's owner publishes, found in the store: for those who watch it through another controller. */
export class RunFollower {
  readonly #run: FollowedRun;
  readonly #runId: string;
  readonly #publish: (message: LiveMessage) => void;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  readonly #revisions = new Map<number, number>();
  #nextSecond = 0;
  #events = 0;
  #shown = "";
  #polling = false;

  constructor(
    runId: string,
    run: FollowedRun,
    publish: (message: LiveMessage) => void,
    logger: Logger,
  ) {
    this.#runId = runId;
    this.#run = run;
    this.#publish = publish;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#poll(), POLL_EVERY_MS);
    void this.#poll();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    if (this.#polling || this.#run.isOwn()) return;
    this.#polling = true;
    try {
      const view = await this.#run.view();
      if (view === undefined) return this.close();
      const seconds = await this.#run.seconds(Math.max(0, this.#nextSecond - LOOK_BACK_SECONDS));
      // The owner may have become this controller meanwhile: then it publishes.
      if (!this.#run.isOwn()) this.#tell(view, seconds);
      if (view.endedAt !== null) this.close();
    } catch (error) {
      this.#logger.warn({ err: error, runId: this.#runId }, "a run could not be followed");
    } finally {
      this.#polling = false;
    }
  }

  #tell(view: RunView, seconds: readonly SecondView[]): void {
    for (const second of seconds) {
      this.#nextSecond = Math.max(this.#nextSecond, second.second + 1);
      if ((this.#revisions.get(second.second) ?? 0) >= second.rev) continue;
      this.#revisions.set(second.second, second.rev);
      this.#publish({ type: "second", runId: this.#runId, ...second });
    }
    for (const event of view.events.slice(this.#events)) {
      this.#publish({ type: "event", runId: this.#runId, event });
    }
    this.#events = view.events.length;
    const shown = JSON.stringify(view);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#publish({ type: "run", run: view });
  }
}
