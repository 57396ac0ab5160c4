import { isUpperLimit, type SlaLine } from "./slaLine.ts";
import type { SlaSample } from "./slaSample.ts";
import type { SlaSeries } from "./slaSeries.ts";

/** Limits beyond it are those of requests that end by their timeout. */
const MAX_LAG_SECONDS = 60;

/**
 * After so many seconds all that is unanswered in a window is older than the limit; null where ages
 * break nothing. A window shorter than the limit could otherwise never be broken by silence.
 */
export function lagOf(line: SlaLine): number | null {
  const { metric, overSeconds, limit } = line;
  if (overSeconds === null || metric.kind !== "latency" || !isUpperLimit(line)) return null;
  if (metric.of !== "response" && metric.of !== "iteration") return null;
  return Math.min(MAX_LAG_SECONDS, Math.floor(limit / 1000) + 1);
}

/** A series that is some seconds behind the newest: what comes for later ones is kept until then. */
export class SlaLaggedSeries {
  readonly series: SlaSeries;
  readonly lagSeconds: number;
  readonly #ahead = new Map<number, SlaSample[]>();
  #newest = -1;

  constructor(series: SlaSeries, lagSeconds: number) {
    this.series = series;
    this.lagSeconds = lagSeconds;
  }

  /** `second` is the newest that has closed; it must be the one after the last. */
  slideTo(second: number): void {
    this.#newest = second - this.lagSeconds;
    this.series.slideTo(this.#newest);
    for (const sample of this.#ahead.get(this.#newest) ?? []) {
      this.series.add(this.#newest, sample);
    }
    this.#ahead.delete(this.#newest);
  }

  add(second: number, sample: SlaSample): void {
    if (second <= this.#newest) return this.series.add(second, sample);
    const samples = this.#ahead.get(second);
    if (samples === undefined) this.#ahead.set(second, [sample]);
    else samples.push(sample);
  }
}
