import type { HeadRoom } from "@onrush/shared/metrics/delta.ts";
import { countOpenFiles, readFileLimit, readPortCount } from "./systemLimits.ts";

/** Counting descriptors may mean listing them: at most this often. */
const SAMPLE_EVERY_US = 1e6;

interface ProcessHealth {
  rssBytes: number;
  /** CPU of the process since the sample before, in cores. */
  processCpu: number;
  files: HeadRoom | null;
}

/** Measures the worker process as a whole. Made in its main thread. */
export class ProcessMeter {
  readonly #portCount = readPortCount();
  readonly #fileLimit = readFileLimit();
  #cpuUs = 0;
  #sampledAtUs = -Infinity;
  #newest: ProcessHealth = { rssBytes: 0, processCpu: 0, files: null };

  /** The newest sample, at most a second old. */
  sample(nowUs: number): ProcessHealth {
    if (nowUs - this.#sampledAtUs < SAMPLE_EVERY_US) return this.#newest;
    const { user, system } = process.cpuUsage();
    const cpuUs = user + system;
    const passedUs = nowUs - this.#sampledAtUs;
    const processCpu = passedUs === Infinity ? 0 : (cpuUs - this.#cpuUs) / passedUs;
    this.#cpuUs = cpuUs;
    this.#sampledAtUs = nowUs;
    const rssBytes = process.memoryUsage.rss();
    const files = headRoom(this.#fileLimit, countOpenFiles());
    this.#newest = {
      rssBytes,
      processCpu: Math.max(0, Math.round(processCpu * 1000) / 1000),
      files,
    };
    return this.#newest;
  }

  /** Local ports left to a destination that has so many connections. */
  ports(connections: number): HeadRoom | null {
    return headRoom(this.#portCount, connections);
  }
}

function headRoom(limit: number | null, used: number | null): HeadRoom | null {
  if (limit === null || used === null) return null;
  return { left: Math.max(0, limit - used), limit };
}
