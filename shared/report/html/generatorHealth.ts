import type { HeadRoom, Health } from "../../metrics/delta.ts";
import { scarcer } from "../../metrics/health.ts";
import type { RunSecond } from "../../metrics/second.ts";

/** How one worker was over a run. */
export interface WorkerHealthRow {
  worker: string;
  /** Seconds it reported. */
  seconds: number;
  cpuAverage: number;
  cpuMax: number;
  /** The highest of any second. */
  processCpuMax: number;
  rssBytesMax: number;
  mbpsMax: number;
  lagMsMax: number;
  latenessP99MsMax: number;
  gcMaxMs: number;
  ports: HeadRoom | null | undefined;
  files: HeadRoom | null | undefined;
}

const fresh = (worker: string): WorkerHealthRow => ({
  ...{ worker, seconds: 0, cpuAverage: 0, cpuMax: 0, processCpuMax: 0, rssBytesMax: 0 },
  ...{ mbpsMax: 0, lagMsMax: 0, latenessP99MsMax: 0, gcMaxMs: 0 },
  ...{ ports: undefined, files: undefined },
});

function withSecond(row: WorkerHealthRow, health: Health): WorkerHealthRow {
  const seconds = row.seconds + 1;
  return {
    worker: row.worker,
    seconds,
    cpuAverage: row.cpuAverage + (health.cpu - row.cpuAverage) / seconds,
    cpuMax: Math.max(row.cpuMax, health.cpu),
    processCpuMax: Math.max(row.processCpuMax, health.processCpu ?? 0),
    rssBytesMax: Math.max(row.rssBytesMax, health.rssBytes),
    mbpsMax: Math.max(row.mbpsMax, health.mbps),
    lagMsMax: Math.max(row.lagMsMax, health.lagMs),
    latenessP99MsMax: Math.max(row.latenessP99MsMax, health.latenessP99Ms ?? 0),
    gcMaxMs: Math.max(row.gcMaxMs, health.gcMaxMs ?? 0),
    ports: scarcer(row.ports, health.ports),
    files: scarcer(row.files, health.files),
  };
}

/** Every worker's health over a run; seconds may come in any order, each once. */
export class GeneratorHealth {
  readonly #rows = new Map<string, WorkerHealthRow>();

  add({ workers }: RunSecond): void {
    for (const [worker, health] of Object.entries(workers)) {
      this.#rows.set(worker, withSecond(this.#rows.get(worker) ?? fresh(worker), health));
    }
  }

  rows(): WorkerHealthRow[] {
    return [...this.#rows.values()].sort((a, b) => (a.worker < b.worker ? -1 : 1));
  }
}
