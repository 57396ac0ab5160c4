import { encodeReport, type Snapshot } from "@onrush/shared/wire/reports.ts";
import type { FromEngine } from "../engine/engineMessages.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import type { WorkerHealth } from "../health/workerHealth.ts";
import { Outbox } from "./outbox.ts";
import type { ReportSink } from "./ports.ts";
import { ThreadMerge } from "./threadMerge.ts";

export type ShareRef = Pick<Snapshot, "workerId" | "share" | "epoch">;

/** What a share's engine threads report, as numbered snapshots on their way to the controller. */
export class ShareReports {
  readonly outbox: Outbox;
  readonly #runId: string;
  readonly #ref: ShareRef;
  readonly #merge: ThreadMerge;
  #seq = 0;
  /** The worst of the threads; told with the first snapshot. */
  #startLateUs = 0;

  constructor(runId: string, ref: ShareRef, threads: number, sink: ReportSink) {
    this.#runId = runId;
    this.#ref = ref;
    this.#merge = new ThreadMerge(threads);
    this.outbox = new Outbox(runId, sink);
  }

  /** Takes a thread's report: what it completes, a second (with a snapshot of it) or the share. */
  add(
    thread: number,
    message: Extract<FromEngine, { type: "report" }>,
    worker: WorkerHealth,
  ): "nothing" | "second" | "share" {
    this.#startLateUs = Math.max(this.#startLateUs, message.startLateUs);
    const merged = this.#merge.add(thread, message.report, message.health);
    if (merged === undefined) return "nothing";
    const { watermark, due, wall, totals } = merged;
    const health = worker.add(this.#runId, merged, this.#merge.health(), monotonicUs());
    const seq = ++this.#seq;
    const snapshot: Snapshot = {
      ...{ type: "snapshot", ...this.#ref, seq, watermark, due, wall, health },
      ...(seq === 1 ? { startLateUs: Math.round(this.#startLateUs) } : {}),
      ...(totals === null ? {} : { totals }),
    };
    this.outbox.add(seq, (oldest) => encodeReport({ ...snapshot, oldest }));
    return totals === null ? "second" : "share";
  }
}
