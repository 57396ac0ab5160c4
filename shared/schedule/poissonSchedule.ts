import { HashSequence } from "../random/hashRandom.ts";
import { poissonDraw } from "../random/poisson.ts";
import { ArrivalSchedule, type Schedule } from "./arrivalSchedule.ts";
import type { RateCurve } from "./rateCurve.ts";

const MIN_BLOCK = 1000;
/** All their counts are drawn before the start: some 30 ms. */
const MAX_BLOCKS = 100_000;
const COUNTS = 1;
const POSITIONS = 2;

/**
 * A Poisson process with the curve's rate. The area Λ is cut into blocks of equal width B; a
 * block's count is drawn from Poisson(B) and its positions are that many sorted uniform ones, both
 * from (seed, block) alone. An arrival is due where Λ reaches its position. So the same seed gives
 * the same arrivals, and any worker can compute any part of them.
 */
export class PoissonSchedule implements Schedule {
  readonly total: number;
  readonly durationUs: number;
  readonly #even: ArrivalSchedule;
  readonly #seed: number;
  readonly #width: number;
  /** Arrivals before each block, and in all. */
  readonly #before: Float64Array;
  #block = -1;
  #positions = new Float64Array(0);

  constructor(curve: RateCurve, seed: number) {
    this.#even = new ArrivalSchedule(curve);
    this.#seed = seed;
    this.durationUs = this.#even.durationUs;
    const { area } = this.#even;
    this.#width = Math.max(MIN_BLOCK, area / MAX_BLOCKS);
    const blocks = Math.ceil(area / this.#width);
    this.#before = new Float64Array(blocks + 1);
    for (let block = 0; block < blocks; block++) {
      const count = poissonDraw(this.#widthOf(block), new HashSequence(seed, COUNTS, block));
      this.#before[block + 1] = (this.#before[block] as number) + count;
    }
    this.total = this.#before[blocks] as number;
  }

  dueUs(n: number): number {
    const block = this.#blockOf(n);
    this.#draw(block);
    const position = this.#positions[n - (this.#before[block] as number)] as number;
    const whole = Math.floor(position);
    return this.#even.timeOfUs(whole, position - whole);
  }

  countBefore(us: number): number {
    if (us <= 0 || this.total === 0) return 0;
    if (us >= this.durationUs) return this.total;
    const area = this.#even.areaBefore(us);
    const block = Math.min(this.#before.length - 2, Math.floor(area / this.#width));
    this.#draw(block);
    let n = (this.#before[block] as number) + countBelow(this.#positions, area);
    // Due times are whole microseconds: rounding may move one across.
    while (n < this.total && this.dueUs(n) < us) n++;
    while (n > 0 && this.dueUs(n - 1) >= us) n--;
    return n;
  }

  #widthOf(block: number): number {
    return Math.min(this.#width, this.#even.area - block * this.#width);
  }

  /** The block that arrival `n` is in: usually the one that was asked for last, or the next. */
  #blockOf(n: number): number {
    const before = this.#before;
    const last = Math.max(0, this.#block);
    for (let block = last; block < Math.min(last + 2, before.length - 1); block++) {
      if (n >= (before[block] as number) && n < (before[block + 1] as number)) return block;
    }
    let low = 0;
    let high = before.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((before[middle] as number) <= n) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Sorted uniform positions as the normalised sums of exponential gaps (Devroye 1986, V.3). */
  #draw(block: number): void {
    if (block === this.#block) return;
    const count = (this.#before[block + 1] as number) - (this.#before[block] as number);
    const positions = new Float64Array(count);
    const random = new HashSequence(this.#seed, POSITIONS, block);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum -= Math.log(1 - random.next());
      positions[i] = sum;
    }
    const scale = this.#widthOf(block) / (sum - Math.log(1 - random.next()));
    const start = block * this.#width;
    for (let i = 0; i < count; i++) positions[i] = start + (positions[i] as number) * scale;
    this.#positions = positions;
    this.#block = block;
  }
}

function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
