import { fromHdrV2 } from "../metrics/hdrHistogram.ts";
import { highestAt } from "../metrics/histogramLayout.ts";
import { uniformAt } from "../random/hashRandom.ts";
import type { Interval } from "../report/intervals.ts";
import type { ComparedMetric } from "./comparison.ts";

/**
 * Draws a run anew from its intervals, with replacement (bootstrap; Efron 1979). Each draw is as
 * long as the run, its histograms are merged, and the metrics are those of the whole: how they
 * scatter over many draws tells how far chance may have moved them. Intervals and not requests are
 * drawn, as what makes requests slow makes their neighbours slow, too.
 */

export type MetricValues = Record<ComparedMetric, number>;

interface Sparse extends Omit<Interval, "response"> {
  /** Places in `valuesMs` and how often each was seen. */
  at: Int32Array;
  counts: Float64Array;
}

export class Resampler {
  readonly #valuesMs: Float64Array;
  readonly #intervals: readonly Sparse[];
  readonly #sum: Float64Array;

  constructor(intervals: readonly Interval[]) {
    const read = intervals.map(({ response, ...counts }) => {
      const { counts: dense, firstIndex, lastIndex } = fromHdrV2(response);
      const indexes: number[] = [];
      for (let i = firstIndex; i <= lastIndex; i++) if (dense[i] !== 0) indexes.push(i);
      return { ...counts, dense, indexes };
    });
    const all = [...new Set(read.flatMap(({ indexes }) => indexes))].sort((a, b) => a - b);
    const place = new Map(all.map((index, i) => [index, i]));
    this.#valuesMs = Float64Array.from(all, (index) => highestAt(index) / 1000);
    this.#sum = new Float64Array(all.length);
    this.#intervals = read.map(({ dense, indexes, ...counts }) => ({
      ...counts,
      at: Int32Array.from(indexes, (index) => place.get(index) ?? 0),
      counts: Float64Array.from(indexes, (index) => dense[index] ?? 0),
    }));
  }

  /** The metrics of draw `n`; the same seed, stream and number give the same. */
  draw(seed: number, stream: number, n: number): MetricValues {
    const size = this.#intervals.length;
    const weights = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      const picked = Math.floor(uniformAt(seed, stream, n * size + i) * size);
      weights[picked] = (weights[picked] ?? 0) + 1;
    }
    return this.#measure(weights);
  }

  #measure(weights: Uint32Array): MetricValues {
    const total = { seconds: 0, sent: 0, answered: 0, failed: 0, count: 0 };
    this.#sum.fill(0);
    this.#intervals.forEach((interval, i) => {
      const weight = weights[i] ?? 0;
      if (weight === 0) return;
      total.seconds += weight * interval.seconds;
      total.sent += weight * interval.sent;
      total.answered += weight * interval.answered;
      total.failed += weight * interval.failed;
      const { at, counts } = interval;
      for (let k = 0; k < at.length; k++) {
        const count = weight * (counts[k] as number);
        this.#sum[at[k] as number] = (this.#sum[at[k] as number] as number) + count;
        total.count += count;
      }
    });
    return {
      ...this.#percentiles(total.count),
      rps: total.seconds === 0 ? 0 : total.sent / total.seconds,
      errorRate: total.answered === 0 ? 0 : total.failed / total.answered,
    };
  }

  #percentiles(count: number) {
    const values: number[] = [];
    const ranks = [50, 95, 99].map((percent) => Math.max(1, Math.ceil((percent * count) / 100)));
    let seen = 0;
    for (let k = 0; k < this.#sum.length && values.length < ranks.length; k++) {
      seen += this.#sum[k] as number;
      while (seen >= (ranks[values.length] ?? Infinity)) values.push(this.#valuesMs[k] as number);
    }
    const [p50 = 0, p95 = 0, p99 = 0] = values;
    return { p50, p95, p99 };
  }
}
