import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import { planSla, SlaEvaluation } from "@onrush/shared/sla/slaEvaluation.ts";
import type { PlannedSla } from "@onrush/shared/sla/slaJudge.ts";
import type { RunPlan } from "../planning/runPlan.ts";

/** What is known of a run's load besides its seconds. */
export interface LoadProgress {
  loadEndSeconds: number;
  isLoadOn: boolean;
}

/**
 * The SLA lines of an active run: fed with every second that closes and with what changes closed
 * ones, so that another owner of the run gets to the same from stored seconds.
 */
export class RunSla {
  readonly #plan: RunPlan;
  readonly #planned: readonly PlannedSla[];
  readonly #progress: () => LoadProgress;
  #live: SlaEvaluation;
  /** Seconds before this one were judged by an earlier owner. */
  #judgedSeconds = 0;
  #broken: SlaResult[] = [];

  constructor(plan: RunPlan, progress: () => LoadProgress) {
    this.#plan = plan;
    this.#planned = planSla(plan.scenario.sla ?? [], plan.workloads);
    this.#progress = progress;
    this.#live = SlaEvaluation.live(this.#planned);
  }

  /**
   * Goes on from the results of an earlier owner, who has judged all seconds before
   * `judgedSeconds`: what has ended the load has, and what had not does not now.
   */
  resume(before: readonly SlaResult[], judgedSeconds: number): void {
    this.#live = SlaEvaluation.live(this.#planned, before);
    this.#judgedSeconds = judgedSeconds;
    // Stored as broken, and the load goes on: who had the run died before it could end it.
    if (this.#progress().isLoadOn) this.#broken.push(...before.filter(({ aborted }) => aborted));
  }

  /** The next closed second. */
  add(record: RunSecond): void {
    if (this.#planned.length === 0) return;
    this.#live.add(record);
    const broken = this.#live.judge({
      ...this.#progress(),
      closedSeconds: record.second + 1,
      isComplete: !record.partial,
      isReplay: record.second < this.#judgedSeconds,
      isLast: false,
    });
    this.#broken.push(...broken);
  }

  /** What closed seconds get more. */
  addDeltas(
    workload: number,
    deltas: { due: readonly DueDelta[]; wall: readonly WallDelta[] },
  ): void {
    if (this.#planned.length === 0) return;
    for (const delta of deltas.due) this.#live.addDue(workload, delta);
    for (const delta of deltas.wall) this.#live.addWall(workload, delta);
  }

  addLost(workload: number, second: number, more: number): void {
    this.#live.addLost(workload, second, more);
  }

  /** Lines that are broken since the last call. */
  takeBroken(): SlaResult[] {
    return this.#broken.splice(0);
  }

  get results(): SlaResult[] {
    return this.#live.results;
  }

  /** Judges all anew on final seconds, which `final.add` gets in their order. */
  final(state: RunState, loadEndSeconds: number): FinalSla {
    const isWhole = state.shares.every(({ loss }) => loss === null);
    const graceSeconds = state.settings.gracefulStopMs / 1000;
    // What was interrupted at the end was given this long; that of lost workers nobody knows.
    const until = ({ scope }: PlannedSla) => {
      const ends = [...scope.steps.keys()].map((w) => this.#endSeconds(w));
      return Math.min(...ends, loadEndSeconds) + graceSeconds;
    };
    const evaluation = SlaEvaluation.final(this.#planned, this.results, (planned) =>
      isWhole ? until(planned) : null,
    );
    return new FinalSla(evaluation, { loadEndSeconds, lastSecond: state.nextSecond - 1 });
  }

  #endSeconds(workload: number): number {
    const { startMs = 0, stages = [] } = this.#plan.workloads[workload] ?? {};
    return (startMs + (stages.at(-1)?.endMs ?? 0)) / 1000;
  }
}

/** The lines of an ended run. */
export class FinalSla {
  readonly #evaluation: SlaEvaluation;
  readonly #loadEndSeconds: number;
  readonly #lastSecond: number;

  constructor(
    evaluation: SlaEvaluation,
    { loadEndSeconds, lastSecond }: { loadEndSeconds: number; lastSecond: number },
  ) {
    this.#evaluation = evaluation;
    this.#loadEndSeconds = loadEndSeconds;
    this.#lastSecond = lastSecond;
  }

  add(record: RunSecond): void {
    if (this.#evaluation.isEmpty) return;
    this.#evaluation.add(record);
    this.#evaluation.judge({
      ...{ closedSeconds: record.second + 1, loadEndSeconds: this.#loadEndSeconds },
      ...{
        isComplete: true,
        isLoadOn: false,
        isReplay: false,
        isLast: record.second === this.#lastSecond,
      },
    });
  }

  get results(): SlaResult[] {
    return this.#evaluation.results;
  }
}
