import { performance } from "node:perf_hooks";
import type { CommonClock } from "./ports.ts";

const SAMPLES = 5;
const SYNC_EVERY_MS = 10_000;

/** The common clock, read now and then and carried on by the monotonic clock in between. */
export class CommonTime {
  readonly #clock: CommonClock;
  #offsetMs = performance.timeOrigin;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: CommonClock) {
    this.#clock = clock;
  }

  async start(onError: (error: unknown) => void): Promise<void> {
    await this.#sync();
    this.#timer = setInterval(() => {
      this.#sync().catch(onError);
    }, SYNC_EVERY_MS);
    this.#timer.unref();
  }

  /** Unix milliseconds with fractions. */
  nowMs(): number {
    return performance.now() + this.#offsetMs;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The sample with the smallest round trip is the closest. */
  async #sync(): Promise<void> {
    let best = Infinity;
    let offsetMs = this.#offsetMs;
    for (let i = 0; i < SAMPLES; i++) {
      const before = performance.now();
      const commonMs = (await this.#clock.nowUs()) / 1000;
      const after = performance.now();
      if (after - before >= best) continue;
      best = after - before;
      offsetMs = commonMs - (before + after) / 2;
    }
    this.#offsetMs = offsetMs;
  }
}
