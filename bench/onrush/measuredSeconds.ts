import { median } from "../statistics.ts";
import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import { latencyStats } from "@onrush/shared/metrics/latencyStats.ts";
import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { addSparse } from "@onrush/shared/metrics/sparseHistogram.ts";
import { encodeReport, type ShareTotals } from "@onrush/shared/wire/reports.ts";

interface Report {
  watermark: number;
  due: DueDelta[];
  wall: WallDelta[];
  totals: ShareTotals | null;
}

/**
 * Takes a share's reports as an agent does: each is encoded as the snapshot that would be sent, so
 * that recording costs here what it costs in a run. What they say is added up for the result.
 */
export class MeasuredSeconds {
  started = 0;
  sent = 0;
  ended = 0;
  failed = 0;
  readonly #service = new Histogram();
  readonly #lateness = new Histogram();
  /** Lateness p99 of each second. */
  readonly #latenessP99sMs: number[] = [];
  #seq = 0;

  add(report: Report): void {
    const { watermark, due, wall, totals } = report;
    this.#seq++;
    encodeReport({
      ...{ type: "snapshot", workerId: "bench", share: "0/0", epoch: 1, seq: this.#seq },
      ...{ watermark, due, wall, health: [] },
      ...(totals === null ? {} : { totals }),
    });
    for (const delta of due) {
      this.started += delta.started;
      for (const step of delta.steps) {
        this.ended += step.ok + step.failed + step.neutral + step.interrupted;
        this.failed += step.failed + step.interrupted;
        addSparse(this.#service, step.service);
      }
    }
    for (const delta of wall) {
      for (const step of delta.steps) this.sent += step.sent;
      const ofSecond = new Histogram();
      addSparse(ofSecond, delta.lateness);
      this.#lateness.add(ofSecond);
      if (ofSecond.total > 0) this.#latenessP99sMs.push(latencyStats(ofSecond).p99);
    }
  }

  latencies() {
    const service = latencyStats(this.#service);
    const lateness = latencyStats(this.#lateness);
    return {
      ...{ p50Ms: service.p50, p99Ms: service.p99 },
      ...{ latenessP50Ms: lateness.p50, latenessRunP99Ms: lateness.p99 },
      latenessP99Ms: median(this.#latenessP99sMs.length > 0 ? this.#latenessP99sMs : [0]),
    };
  }
}
