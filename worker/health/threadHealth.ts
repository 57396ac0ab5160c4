import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { latencyStats } from "@onrush/shared/metrics/latencyStats.ts";
import type { ThreadHealth } from "../engine/engineMessages.ts";
import { connectionsByDestination } from "./destinations.ts";
import { GcMeter } from "./gcMeter.ts";

export const noThreadHealth = (): ThreadHealth => ({
  ...{ cpu: 0, lagP99Us: 0, gcMs: 0, gcMaxMs: 0 },
  destinations: {},
});

/** Measures the thread it runs in: CPU time, how late its loop comes back, and its collector. */
export class ThreadMeter {
  readonly #lag = new Histogram();
  readonly #gc = new GcMeter();
  #cpuUs = ThreadMeter.#cpuNow();
  #sinceUs: number;

  constructor(nowUs: number) {
    this.#sinceUs = nowUs;
  }

  /** The loop was to come back after `expectedUs` and did after `actualUs`. */
  tick(actualUs: number, expectedUs: number): void {
    this.#lag.record(actualUs - expectedUs);
  }

  take(nowUs: number): ThreadHealth {
    const cpuUs = ThreadMeter.#cpuNow();
    const passed = Math.max(1, nowUs - this.#sinceUs);
    const cpu = Math.min(1, (cpuUs - this.#cpuUs) / passed);
    const lagP99Us = Math.round(latencyStats(this.#lag).p99 * 1000);
    this.#lag.reset();
    this.#cpuUs = cpuUs;
    this.#sinceUs = nowUs;
    const gc = this.#gc.take();
    const gcMs = (gc.sumMs * 1e6) / passed;
    return { cpu, lagP99Us, gcMs, gcMaxMs: gc.maxMs, destinations: connectionsByDestination() };
  }

  close(): void {
    this.#gc.close();
  }

  static #cpuNow(): number {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  }
}
