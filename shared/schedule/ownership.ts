/**
 * Who owns which arrival. Shares always sum to the whole: within one period of W = Σw arrivals,
 * part k owns exactly w_k of them, spread as evenly as integers allow, and the period repeats.
 * A level divides a sequence of arrivals; levels nest (workload, then share, then engine thread).
 */

/** A number n means n equal parts, which is also the compact form for thousands of workers. */
export type Weights = number | readonly number[];

export interface OwnershipLevel {
  /** Local numbering begins at this number of the sequence above. */
  offset: number;
  weights: Weights;
  /** Which part is ours. */
  index: number;
}

const MAX_PERIOD = 1024;

/** The place of one part within a period. */
interface Part {
  period: number;
  /** Positions in the period that the part owns, ascending. */
  positions: readonly number[];
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Smaller integer weights in (nearly) the same proportion; every part keeps at least 1. */
export function reduceWeights(weights: readonly number[]): number[] {
  if (weights.length === 0 || weights.some((w) => !Number.isSafeInteger(w) || w < 1)) {
    throw new RangeError("weights are positive integers, at least one of them");
  }
  const divisor = weights.reduce(gcd);
  const exact = weights.map((w) => w / divisor);
  const sum = exact.reduce((a, b) => a + b, 0);
  const limit = Math.max(MAX_PERIOD, weights.length);
  if (sum <= limit) return exact;
  const scaled = exact.map((w) => Math.max(1, Math.floor((w * limit) / sum)));
  // What the parts raised to 1 have too much is taken from the largest.
  let over = scaled.reduce((a, b) => a + b, 0) - limit;
  for (; over > 0; over--) scaled[scaled.indexOf(Math.max(...scaled))]! -= 1;
  return scaled;
}

/**
 * Owner of each position of one period. Position i goes, among the parts that are not ahead of
 * their due (taken_k·W <= i·w_k) and have quota left, to the one whose next arrival is due first
 * ((taken_k+1)·W/w_k, compared by cross-multiplication, ties by index).
 */
export function ownerPattern(weights: readonly number[]): number[] {
  const w = reduceWeights(weights);
  const period = w.reduce((a, b) => a + b, 0);
  if (period === w.length) return w.map((_, index) => index);
  const taken = w.map(() => 0);
  return Array.from({ length: period }, (_, i) => {
    let best = -1;
    for (let k = 0; k < w.length; k++) {
      const wk = w[k] as number;
      const tk = taken[k] as number;
      if (tk >= wk || tk * period > i * wk) continue;
      if (best < 0 || (tk + 1) * (w[best] as number) < ((taken[best] as number) + 1) * wk) best = k;
    }
    taken[best] = (taken[best] as number) + 1;
    return best;
  });
}

function partOf(level: OwnershipLevel): Part {
  if (typeof level.weights === "number") {
    return { period: level.weights, positions: [level.index] };
  }
  const pattern = ownerPattern(level.weights);
  const positions = pattern.flatMap((owner, i) => (owner === level.index ? [i] : []));
  return { period: pattern.length, positions };
}

/** Numbers between a part's own count (0, 1, 2, …) and the workload's arrival numbers. */
export class Ownership {
  readonly #levels: { offset: number; part: Part }[];

  constructor(levels: readonly OwnershipLevel[]) {
    this.#levels = levels.map((level) => ({ offset: level.offset, part: partOf(level) }));
  }

  /** The workload's arrival number of our arrival `local`. */
  arrival(local: number): number {
    let n = local;
    for (let i = this.#levels.length - 1; i >= 0; i--) {
      const { offset, part } = this.#levels[i] as { offset: number; part: Part };
      const quota = part.positions.length;
      const cycle = Math.floor(n / quota);
      n = offset + cycle * part.period + (part.positions[n - cycle * quota] as number);
    }
    return n;
  }

  /** Which part of the workload is ours. */
  get portion(): number {
    return this.#levels.reduce(
      (portion, { part }) => (portion * part.positions.length) / part.period,
      1,
    );
  }

  /** How many of the workload's arrivals with a number below `n` are ours. */
  ownedBelow(n: number): number {
    let count = n;
    for (const { offset, part } of this.#levels) {
      const above = Math.max(0, count - offset);
      const cycle = Math.floor(above / part.period);
      const rest = above - cycle * part.period;
      let inRest = 0;
      while (inRest < part.positions.length && (part.positions[inRest] as number) < rest) inRest++;
      count = cycle * part.positions.length + inRest;
    }
    return count;
  }
}

/** Divides `total` into `parts` whole numbers that differ by at most one: `split(10, 3)` is 4 3 3. */
export function split(total: number, parts: number): number[] {
  const base = Math.floor(total / parts);
  const rest = total - base * parts;
  return Array.from({ length: parts }, (_, i) => base + (i < rest ? 1 : 0));
}
