import type { StageSummary } from "../api/runView.ts";
import { type Stage, stageSeconds } from "../scenario/profileStages.ts";
import { Histogram } from "./histogram.ts";
import { latencyStats } from "./latencyStats.ts";
import type { RunSecond, WorkloadSecond } from "./second.ts";
import { addOutcomes } from "./secondAccumulator.ts";
import { addSparse } from "./sparseHistogram.ts";

/** Stages with a summary; a profile of very many bursts has more. */
const MAX_STAGES = 100;

interface StagedWorkload {
  name: string;
  startMs: number;
  stages: readonly Stage[];
}

class StageTotal {
  readonly workload: number;
  /** From 1. */
  readonly stage: number;
  readonly fromSecond: number;
  readonly toSecond: number;
  iterations = 0;
  readonly requests = { sent: 0, ok: 0, failed: 0, neutral: 0, interrupted: 0 };
  readonly response = new Histogram();
  readonly service = new Histogram();

  readonly #isLast: boolean;

  constructor(workload: number, stage: number, { startMs, stages }: StagedWorkload, times: Stage) {
    const { fromSecond, toSecond } = stageSeconds(startMs, times);
    this.#isLast = stage === stages.length;
    this.workload = workload;
    this.stage = stage;
    this.fromSecond = fromSecond;
    this.toSecond = toSecond;
  }

  /** What was due at the very end may be sent a moment after it. */
  has(second: number): boolean {
    return second >= this.fromSecond && (this.#isLast || second <= this.toSecond);
  }

  add({ started, steps }: WorkloadSecond): void {
    this.iterations += started;
    for (const step of steps) {
      addOutcomes(this.requests, step);
      this.requests.sent += step.sent;
      addSparse(this.response, step.response);
      addSparse(this.service, step.service);
    }
  }
}

/** What each stage of each load profile came to, from final seconds. */
export class StageTotals {
  readonly #workloads: readonly StagedWorkload[];
  readonly #totals: readonly StageTotal[];

  constructor(workloads: readonly StagedWorkload[]) {
    this.#workloads = workloads;
    const all = workloads.flatMap((one, workload) =>
      one.stages
        .slice(0, MAX_STAGES)
        .map((times, i) => new StageTotal(workload, i + 1, one, times)),
    );
    this.#totals = all.slice(0, MAX_STAGES);
  }

  add({ second, workloads }: RunSecond): void {
    for (const total of this.#totals) {
      if (!total.has(second)) continue;
      const part = workloads.find(({ workload }) => workload === total.workload);
      if (part !== undefined) total.add(part);
    }
  }

  /** Stages that had begun when the load ended. */
  summaries(loadEndSeconds: number): StageSummary[] {
    return this.#totals.flatMap((total) => {
      const { workload, stage, fromSecond, toSecond, requests } = total;
      const { name = "", startMs = 0, stages = [] } = this.#workloads[workload] ?? {};
      const ownEndSeconds = (startMs + (stages.at(-1)?.endMs ?? 0)) / 1000;
      const seconds = Math.min(toSecond + 1, ownEndSeconds, loadEndSeconds) - fromSecond;
      if (seconds <= 0) return [];
      const judged = requests.ok + requests.failed + requests.neutral;
      return [
        {
          workload: name,
          ...{ stage, fromSecond, toSecond, iterations: total.iterations, requests },
          rps: Math.round((requests.sent / seconds) * 1000) / 1000,
          errorRate: judged === 0 ? 0 : requests.failed / judged,
          response: latencyStats(total.response),
          service: latencyStats(total.service),
        },
      ];
    });
  }
}
