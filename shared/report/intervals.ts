import { z } from "zod";
import { toHdrV2 } from "../metrics/hdrHistogram.ts";
import { Histogram } from "../metrics/histogram.ts";
import type { RunSecond } from "../metrics/second.ts";
import { addSparse } from "../metrics/sparseHistogram.ts";

/**
 * A run in equal spans of whole seconds, each with its histogram: what a comparison of runs draws
 * from. Few enough to be kept in memory and in a report, however long the run was.
 */
const MAX_INTERVALS = 120;

const count = z.int().nonnegative();

export const intervalSchema = z
  .object({
    fromSecond: count,
    seconds: z.number().positive().meta({ description: "Its length; the last may be shorter." }),
    sent: count,
    answered: count.meta({ description: "ok + failed + neutral" }),
    failed: count,
    response: z.string().meta({
      description: "Response times in microseconds: HdrHistogram V2, compressed, base64.",
    }),
  })
  .meta({ id: "Interval", description: "A span of a run's seconds, merged." });
export type Interval = z.infer<typeof intervalSchema>;

interface OpenInterval {
  sent: number;
  answered: number;
  failed: number;
  response: Histogram | null;
}

export class Intervals {
  readonly #durationSeconds: number;
  readonly #length: number;
  readonly #open: OpenInterval[];

  /** `durationSeconds` is how long the run was loaded; what comes after it is left out. */
  constructor(durationSeconds: number) {
    this.#durationSeconds = durationSeconds;
    this.#length = Math.max(1, Math.ceil(durationSeconds / MAX_INTERVALS));
    const intervals = Math.ceil(durationSeconds / this.#length);
    this.#open = Array.from({ length: intervals }, () => ({
      ...{ sent: 0, answered: 0, failed: 0, response: null },
    }));
  }

  add(record: RunSecond): void {
    const interval = this.#open[Math.floor(record.second / this.#length)];
    if (interval === undefined) return;
    for (const { steps } of record.workloads) {
      for (const { sent, ok, failed, neutral, response } of steps) {
        interval.sent += sent;
        interval.answered += ok + failed + neutral;
        interval.failed += failed;
        if (response.length === 0) continue;
        addSparse((interval.response ??= new Histogram()), response);
      }
    }
  }

  finish(): Interval[] {
    const empty = new Histogram();
    return this.#open.map(({ response, ...counts }, i) => {
      const fromSecond = i * this.#length;
      const seconds = Math.min(this.#length, this.#durationSeconds - fromSecond);
      return { fromSecond, seconds, ...counts, response: toHdrV2(response ?? empty) };
    });
  }
}
