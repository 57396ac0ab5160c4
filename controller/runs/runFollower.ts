import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import { newEvents } from "@onrush/shared/run/newEvents.ts";
import type { Logger } from "../platform/logger.ts";
import { elapsedSeconds } from "./elapsedSeconds.ts";

const POLL_EVERY_MS = 1_000;
/** Late answers change seconds this long after they closed. */
const LOOK_BACK_SECONDS = 15;

export interface FollowedRun {
  /** Undefined when there is no such run. */
  view(): Promise<RunView | undefined>;
  seconds(from: number): Promise<readonly SecondView[]>;
  /** True while this controller publishes the run itself. */
  isOwn(): boolean;
  /** Common clock. */
  nowMs(): number;
}

/**
 * What a run's owner publishes, found in the store: for those who watch it through another
 * controller. They are told what is new since they watch, by whomever: the run may be this
 * controller's for a while. Seconds of long before, they read themselves.
 */
export class RunFollower {
  readonly #run: FollowedRun;
  readonly #runId: string;
  readonly #publish: (message: LiveMessage) => void;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  readonly #revisions = new Map<number, number>();
  /** The first one that nobody was told of; undefined while nobody was told of any. */
  #nextSecond: number | undefined;
  #lastEvent: RunEvent | undefined;
  #shown = "";
  #polling = false;
  #closed = false;

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
    this.#closed = true;
    clearInterval(this.#timer);
  }

  /** Whoever watches the run has been told this, and need not be told again. */
  saw(message: LiveMessage): void {
    if (message.type === "second") {
      this.#nextSecond = Math.max(this.#nextSecond ?? 0, message.second + 1);
      this.#revisions.set(message.second, message.rev);
      // Older ones are not read again.
      const oldest = this.#nextSecond - LOOK_BACK_SECONDS;
      for (const second of this.#revisions.keys()) {
        if (second < oldest) this.#revisions.delete(second);
      }
    }
    if (message.type === "event") this.#lastEvent = message.event;
    if (message.type !== "run") return;
    this.#lastEvent = message.run.events.at(-1);
    // Of an ended run everything has been told before.
    if (message.run.endedAt !== null) this.close();
  }

  async #poll(): Promise<void> {
    if (this.#polling || this.#run.isOwn()) return;
    this.#polling = true;
    try {
      const view = await this.#run.view();
      if (view === undefined) return this.close();
      const next = this.#nextSecond ?? elapsedSeconds(view, this.#run.nowMs());
      const seconds = await this.#run.seconds(Math.max(0, next - LOOK_BACK_SECONDS));
      // The owner may have become this controller meanwhile: then it publishes.
      if (!this.#closed && !this.#run.isOwn()) this.#tell(view, seconds);
    } catch (error) {
      this.#logger.warn({ err: error, runId: this.#runId }, "a run could not be followed");
    } finally {
      this.#polling = false;
    }
  }

  #tell(view: RunView, seconds: readonly SecondView[]): void {
    for (const second of seconds) {
      if ((this.#revisions.get(second.second) ?? 0) >= second.rev) continue;
      this.#say({ type: "second", runId: this.#runId, ...second });
    }
    for (const event of newEvents(view.events, this.#lastEvent)) {
      this.#say({ type: "event", runId: this.#runId, event });
    }
    const shown = JSON.stringify(view);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#say({ type: "run", run: view });
  }

  #say(message: LiveMessage): void {
    this.saw(message);
    this.#publish(message);
  }
}
