import { COUNTS_LENGTH, indexOf, MAX_VALUE_US } from "./histogramLayout.ts";

/**
 * Counts of latencies in microseconds, dense: for recording and merging. `sumUs`, `minUs` and
 * `maxUs` are exact (minUs is Infinity and maxUs 0 while empty); a value above one hour is counted
 * at one hour and in `clamped`.
 */
export class Histogram {
  readonly counts = new Uint32Array(COUNTS_LENGTH);
  total = 0;
  sumUs = 0;
  minUs = Infinity;
  maxUs = 0;
  clamped = 0;

  /** Records one value; it is rounded to a whole microsecond, a negative one counts as 0. */
  record(valueUs: number): void {
    if (Number.isNaN(valueUs)) throw new RangeError("a latency cannot be NaN");
    let value = valueUs <= 0 ? 0 : Math.round(valueUs);
    if (value > MAX_VALUE_US) {
      value = MAX_VALUE_US;
      this.clamped++;
    }
    const index = indexOf(value);
    this.counts[index] = (this.counts[index] as number) + 1;
    this.total++;
    this.sumUs += value;
    if (value < this.minUs) this.minUs = value;
    if (value > this.maxUs) this.maxUs = value;
  }

  /** Records a whole value within the range `count` times. */
  recordMany(valueUs: number, count: number): void {
    if (count === 0) return;
    const index = indexOf(valueUs);
    this.counts[index] = (this.counts[index] as number) + count;
    this.total += count;
    this.sumUs += valueUs * count;
    this.minUs = Math.min(this.minUs, valueUs);
    this.maxUs = Math.max(this.maxUs, valueUs);
  }

  /** Index range that holds every count; empty (first > last) when nothing was recorded. */
  get firstIndex(): number {
    return this.total === 0 ? 0 : indexOf(this.minUs);
  }

  get lastIndex(): number {
    return this.total === 0 ? -1 : indexOf(this.maxUs);
  }

  reset(): void {
    if (this.total === 0) return;
    this.counts.fill(0, this.firstIndex, this.lastIndex + 1);
    this.total = 0;
    this.sumUs = 0;
    this.minUs = Infinity;
    this.maxUs = 0;
    this.clamped = 0;
  }

  add(other: Histogram): void {
    if (other.total === 0) return;
    const last = other.lastIndex;
    for (let i = other.firstIndex; i <= last; i++) {
      const count = other.counts[i] as number;
      if (count !== 0) this.counts[i] = (this.counts[i] as number) + count;
    }
    this.total += other.total;
    this.sumUs += other.sumUs;
    this.minUs = Math.min(this.minUs, other.minUs);
    this.maxUs = Math.max(this.maxUs, other.maxUs);
    this.clamped += other.clamped;
  }
}
