import type { Health, HeadRoom, WallDelta } from "@onrush/shared/metrics/delta.ts";
import { latencyStats } from "@onrush/shared/metrics/latencyStats.ts";
import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { addSparse } from "@onrush/shared/metrics/sparseHistogram.ts";
import type { ProcessMeter } from "./processMeter.ts";
import type { ThreadsHealth } from "./threadsHealth.ts";

/** Seconds that shares may still add to; what comes later only tells its own share's part. */
const KEEP_SECONDS = 16;

/** What the shares of a run on this worker have reported of one wall second. */
interface SecondSum {
  bytes: number;
  inFlight: number;
  connections: number;
  lateness: Uint8Array[];
}

/** The part of a worker's health that its heartbeats carry. */
export type NewestHealth = Omit<Health, "second">;

/**
 * The health of a worker, by wall second of a run: sums over its shares, with the state of its
 * threads and its process when the second was reported.
 */
export class WorkerHealth {
  readonly #process: Pick<ProcessMeter, "sample" | "ports">;
  readonly #seconds = new Map<string, SecondSum>();
  readonly #scratch = new Histogram();
  #newest: Health | undefined;

  constructor(process: Pick<ProcessMeter, "sample" | "ports">) {
    this.#process = process;
  }

  /** Adds what a share reports, up to its `watermark`; answers the health of each of its seconds. */
  add(
    runId: string,
    report: { watermark: number; wall: readonly WallDelta[] },
    threads: ThreadsHealth,
    nowUs: number,
  ): Health[] {
    const { watermark, wall } = report;
    for (const delta of wall) this.#add(this.#sumOf(runId, delta.second), delta);
    const seconds = new Set(wall.map((delta) => delta.second));
    if (watermark >= 0) seconds.add(watermark);
    const health = [...seconds]
      .sort((a, b) => a - b)
      .map((second) => this.#health(second, this.#sumOf(runId, second), threads, nowUs));
    this.#newest = health.at(-1) ?? this.#newest;
    return health;
  }

  /** There is nothing to do any more. */
  rest(): void {
    this.#newest = undefined;
    this.#seconds.clear();
  }

  /** For heartbeats: the newest reported second; what the process is, always. */
  newest(nowUs: number): NewestHealth {
    const { rssBytes, processCpu, files } = this.#process.sample(nowUs);
    if (this.#newest === undefined) {
      const idle = { cpu: 0, mbps: 0, lagMs: 0, inFlight: 0, connections: 0 };
      return { ...idle, rssBytes, processCpu, files, ports: this.#process.ports(0) };
    }
    const { second: _second, ...health } = this.#newest;
    return { ...health, rssBytes, processCpu, files };
  }

  #sumOf(runId: string, second: number): SecondSum {
    const key = `${runId} ${second}`;
    let sum = this.#seconds.get(key);
    if (sum === undefined) {
      sum = { bytes: 0, inFlight: 0, connections: 0, lateness: [] };
      this.#seconds.set(key, sum);
      const oldest = this.#seconds.keys().next().value;
      if (this.#seconds.size > KEEP_SECONDS && oldest !== undefined) this.#seconds.delete(oldest);
    }
    return sum;
  }

  #add(sum: SecondSum, delta: WallDelta): void {
    for (const step of delta.steps) sum.bytes += step.bytesSent + step.bytesReceived;
    sum.inFlight += delta.inFlight;
    sum.connections += delta.connections;
    if (delta.lateness.length > 0) sum.lateness.push(delta.lateness);
  }

  #health(second: number, sum: SecondSum, threads: ThreadsHealth, nowUs: number): Health {
    const { rssBytes, processCpu, files } = this.#process.sample(nowUs);
    const { cpu, lagMs, gcMs, gcMaxMs, busiest } = threads;
    const ports: HeadRoom | null = this.#process.ports(busiest);
    return {
      ...{ second, cpu, rssBytes, lagMs, processCpu, gcMs, gcMaxMs, ports, files },
      mbps: Math.round((sum.bytes * 8) / 1000) / 1000,
      latenessP99Ms: this.#latenessP99Ms(sum),
      inFlight: sum.inFlight,
      connections: sum.connections,
    };
  }

  #latenessP99Ms({ lateness }: SecondSum): number {
    this.#scratch.reset();
    for (const bytes of lateness) addSparse(this.#scratch, bytes);
    return latencyStats(this.#scratch).p99;
  }
}
