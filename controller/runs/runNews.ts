import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";
import type { CommonTime } from "../platform/commonTime.ts";
import type { RunDocument } from "./runDocument.ts";
import type { RunKeeper } from "./runKeeper.ts";
import type { RunRecord } from "./runRecord.ts";

const CORRECT_EVERY_MS = 1_000;

/** Tells whoever follows a run what is new of it. */
export class RunNews {
  readonly #document: RunDocument;
  readonly #keeper: RunKeeper;
  readonly #time: CommonTime;
  readonly #publish: (message: LiveMessage) => void;
  #correctedAtMs = 0;

  constructor(
    document: RunDocument,
    keeper: RunKeeper,
    time: CommonTime,
    publish: (message: LiveMessage) => void,
  ) {
    this.#document = document;
    this.#keeper = keeper;
    this.#time = time;
    this.#publish = publish;
  }

  /** Events are stored with the run. */
  event(kind: RunEvent["kind"], text: string): void {
    const event: RunEvent = { at: new Date(this.#time.nowMs()).toISOString(), kind, text };
    this.#document.addEvent(event);
    this.#keeper.changed = true;
    this.#publish({ type: "event", runId: this.#document.id, event });
  }

  seconds(views: readonly SecondView[]): void {
    for (const view of views) this.#publish({ type: "second", runId: this.#document.id, ...view });
  }

  /** Late answers change closed seconds: their next revisions, together; all of them at the end. */
  corrections(record: RunRecord, isUrgent = false): void {
    const nowMs = this.#time.nowMs();
    if (!isUrgent && nowMs - this.#correctedAtMs < CORRECT_EVERY_MS) return;
    this.#correctedAtMs = nowMs;
    this.seconds(record.corrections());
  }

  run(run: RunView): void {
    this.#publish({ type: "run", run });
  }
}
