import type { BadSeconds } from "../api/runView.ts";
import type { HeadRoom } from "./delta.ts";
import { isKnown, scarcer } from "./health.ts";
import type { RunSecond } from "./second.ts";
import { type FaultOptions, secondFaults } from "./secondFaults.ts";

/** The least that a worker had left of something in any second. */
export interface LeastHeadRoom extends HeadRoom {
  worker: string;
  of: "ports" | "files";
}

interface WorkerTotals {
  cpuSum: number;
  seconds: number;
  ports: HeadRoom | null | undefined;
  files: HeadRoom | null | undefined;
}

/** Whether anything was due: a second in which nothing was has no numbers that could be wrong. */
const isLoaded = ({ workloads }: RunSecond) =>
  workloads.some(
    ({ started, lost, dropped, steps }) =>
      started + lost > 0 ||
      Object.values(dropped).some((count) => count > 0) ||
      steps.some(({ ok, failed, neutral, interrupted }) => ok + failed + neutral + interrupted > 0),
  );

/** How the generator was over the seconds of a run; seconds may come in any order, each once. */
export class GeneratorTotals {
  readonly #options: FaultOptions;
  readonly #workers = new Map<string, WorkerTotals>();
  readonly #bad: BadSeconds = { count: 0, of: 0, by: {} };

  constructor(options: FaultOptions = {}) {
    this.#options = options;
  }

  add(second: RunSecond): void {
    if (isLoaded(second)) this.#judge(second);
    for (const [id, { cpu, ports, files }] of Object.entries(second.workers)) {
      const known = this.#workers.get(id);
      this.#workers.set(id, {
        cpuSum: (known?.cpuSum ?? 0) + cpu,
        seconds: (known?.seconds ?? 0) + 1,
        ports: scarcer(known?.ports, ports),
        files: scarcer(known?.files, files),
      });
    }
  }

  #judge(second: RunSecond): void {
    const kinds = new Set(secondFaults(second, this.#options).map((fault) => fault.kind));
    this.#bad.of++;
    if (kinds.size > 0) this.#bad.count++;
    for (const kind of kinds) this.#bad.by[kind] = (this.#bad.by[kind] ?? 0) + 1;
  }

  /** Average CPU of each worker over the seconds it reported, 0 to 1; with precise pacing none. */
  workerCpu(): Record<string, number> {
    if (this.#options.precisePacing === true) return {};
    const entries = [...this.#workers].map(([id, { cpuSum, seconds }]) => [id, cpuSum / seconds]);
    return Object.fromEntries(entries) as Record<string, number>;
  }

  /** Seconds with load in which something was wrong with the generator, and in how many what. */
  badSeconds(): BadSeconds {
    return { ...this.#bad, by: { ...this.#bad.by } };
  }

  leastHeadRoom(): LeastHeadRoom[] {
    return [...this.#workers].flatMap(([worker, { ports, files }]) => [
      ...(isKnown(ports) ? [{ worker, of: "ports" as const, ...ports }] : []),
      ...(isKnown(files) ? [{ worker, of: "files" as const, ...files }] : []),
    ]);
  }
}
