/** Seconds kept; what is older is only in the totals and in `olderCount`. */
const WINDOW_SECONDS = 3_600;

/** How a request ended; `aborted`: the client left before the end of its body. */
export type Ending =
  "accepted" | "unauthorized" | "invalid" | "noBalance" | "failed" | "balanceReads" | "aborted";

/**
 * Counts of one period (start or reset until the next reset). When nothing is being received,
 * received = accepted + unauthorized + invalid + noBalance + failed + balanceReads + aborted.
 */
export class GatewayStats {
  readonly #startedAtUs: number;
  readonly #endings: Record<Ending, number> = {
    accepted: 0,
    unauthorized: 0,
    invalid: 0,
    noBalance: 0,
    failed: 0,
    balanceReads: 0,
    aborted: 0,
  };
  #received = 0;
  /** A ring by second modulo the window; `#seconds` says which second a place holds. */
  readonly #seconds = new Float64Array(WINDOW_SECONDS);
  readonly #counts = new Float64Array(WINDOW_SECONDS);

  constructor(startedAtUs: number) {
    this.#startedAtUs = Math.round(startedAtUs);
  }

  arrived(nowUs: number): void {
    this.#received += 1;
    const second = Math.floor(nowUs / 1_000_000);
    const place = second % WINDOW_SECONDS;
    if (this.#seconds[place] === second) {
      this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    } else {
      this.#seconds[place] = second;
      this.#counts[place] = 1;
    }
  }

  ended(ending: Ending): void {
    this.#endings[ending] += 1;
  }

  toJson(nowUs: number) {
    const oldest = Math.floor(nowUs / 1_000_000) - WINDOW_SECONDS + 1;
    const perSecond: { second: number; count: number }[] = [];
    let inWindow = 0;
    for (const [place, second] of this.#seconds.entries()) {
      const count = this.#counts[place] ?? 0;
      if (count === 0 || second < oldest) continue;
      perSecond.push({ second, count });
      inWindow += count;
    }
    return {
      received: this.#received,
      ...this.#endings,
      perSecond: perSecond.sort((a, b) => a.second - b.second),
      olderCount: this.#received - inWindow,
      startedAtUs: this.#startedAtUs,
    };
  }
}
