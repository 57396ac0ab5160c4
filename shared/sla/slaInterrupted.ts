import type { RunSecond } from "../metrics/second.ts";
import type { SlaMetric } from "./slaLine.ts";
import type { Waiting } from "./slaValue.ts";

/** The end of a workload's load, and of the grace after it. */
export interface InterruptedEnd {
  /** Seconds of the run. */
  untilSeconds: number;
  /** What a line is about was under way then, or ended just after: no more than this. */
  atMost: number;
}

/**
 * What of a line ended in a workload's seconds after its load and grace, or was under way in them:
 * at least what was interrupted there.
 */
export function endedIn(
  tail: readonly RunSecond[],
  metric: SlaMetric,
  { workload, steps }: { workload: number; steps: ReadonlySet<number> },
): number {
  const parts = tail.flatMap((second) => second.workloads.filter((w) => w.workload === workload));
  if (metric.kind === "latency" && metric.of === "iteration") {
    return Math.max(0, ...parts.map(({ inFlight }) => inFlight));
  }
  const meant = parts.flatMap((part) => part.steps.filter(({ step }) => steps.has(step)));
  return meant.reduce((sum, { completed }) => sum + completed, 0);
}

/** By workload; null where nobody knows, as a worker was lost. */
export type InterruptedEnds = ReadonlyMap<number, InterruptedEnd> | null;

/**
 * What was interrupted of a line, by workload and due second. Only a part of it has waited for the
 * end of the load: a lease that lapses, or a worker that leaves, interrupts in the middle of a run.
 */
export class SlaInterrupted {
  readonly #workloads = new Map<number, Map<number, number>>();

  add(workload: number, second: number, count: number): void {
    let seconds = this.#workloads.get(workload);
    if (seconds === undefined) this.#workloads.set(workload, (seconds = new Map()));
    seconds.set(second, (seconds.get(second) ?? 0) + count);
  }

  /**
   * Those that have waited to the end. Which these are is not told: the youngest, so that none is
   * taken for older than it is.
   */
  waitedTo(ends: InterruptedEnds): Waiting[] {
    return [...(ends ?? [])].flatMap(([workload, { untilSeconds, atMost }]) => {
      const seconds = [...(this.#workloads.get(workload) ?? [])].sort(([a], [b]) => b - a);
      let left = atMost;
      return seconds.flatMap(([second, interrupted]) => {
        const count = Math.min(interrupted, left);
        left -= count;
        return count > 0 ? [{ second, count, untilSeconds }] : [];
      });
    });
  }
}
