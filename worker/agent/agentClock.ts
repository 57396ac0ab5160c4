import { monotonicUs } from "../engine/monotonicClock.ts";
import { type ClockReading, readClock } from "./clockOffset.ts";
import type { CommonClock } from "./ports.ts";

const OLD_AFTER_MS = 30_000;

/** The newest reading of the common clock. */
export class AgentClock {
  reading: ClockReading = { commonMinusMonotonicUs: 0, offsetUs: 0, errorUs: 0 };
  readonly #clock: CommonClock;
  #readAtUs = -Infinity;
  #measuring: Promise<void> | undefined;

  constructor(clock: CommonClock) {
    this.#clock = clock;
  }

  /** Whoever asks while it is measured gets the same measurement. */
  measure(): Promise<void> {
    this.#measuring ??= this.#measure().finally(() => (this.#measuring = undefined));
    return this.#measuring;
  }

  async measureIfOld(): Promise<void> {
    if (monotonicUs() - this.#readAtUs > OLD_AFTER_MS * 1000) await this.measure();
  }

  async #measure(): Promise<void> {
    this.reading = await readClock(this.#clock);
    this.#readAtUs = monotonicUs();
  }
}
