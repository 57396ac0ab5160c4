import { PerformanceObserver } from "node:perf_hooks";

/** Garbage collection pauses of the thread it is made in. */
export class GcMeter {
  #sumMs = 0;
  #maxMs = 0;
  readonly #observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      this.#sumMs += duration;
      this.#maxMs = Math.max(this.#maxMs, duration);
    }
  });

  constructor() {
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** What was observed since the last call; a pause is told a moment after it. */
  take(): { sumMs: number; maxMs: number } {
    const taken = { sumMs: this.#sumMs, maxMs: this.#maxMs };
    this.#sumMs = 0;
    this.#maxMs = 0;
    return taken;
  }

  close(): void {
    this.#observer.disconnect();
  }
}
