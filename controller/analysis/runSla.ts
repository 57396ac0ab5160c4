import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import { loadDurationMs } from "@onrush/shared/scenario/load.ts";
import { planSla, SlaEvaluation } from "@onrush/shared/sla/slaEvaluation.ts";
import { endedIn } from "@onrush/shared/sla/slaInterrupted.ts";
import type { PlannedSla } from "@onrush/shared/sla/slaJudge.ts";
import type { RunPlan } from "../planning/runPlan.ts";

/** Closed seconds of the run from the store, both ends included. */
type ClosedSeconds = (from: number, to: number) => Promise<RunSecond[]>;

/** A worker that has heard of the end late interrupts late. */
const TAIL_SECONDS = 10;

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
    this.#live = SlaEvaluation.live(this.#planned, before, judgedSeconds);
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
  async final(state: RunState, loadEndSeconds: number, seconds: ClosedSeconds): Promise<FinalSla> {
    const ends = this.#planned.length === 0 ? [] : await this.#ends(state, loadEndSeconds, seconds);
    // When what lost workers had under way would have ended nobody knows.
    const isWhole = state.shares.every(({ loss }) => loss === null);
    const evaluation = this.#live.final(({ line, scope }) => {
      if (!isWhole) return null;
      const meant = [...scope.steps].flatMap(([workload, steps]) => {
        const end = ends[workload];
        if (end === undefined) return [];
        const { untilSeconds, tail } = end;
        const atMost = endedIn(tail, line.metric, { workload, steps });
        return [[workload, { untilSeconds, atMost }] as const];
      });
      return new Map(meant);
    });
    return new FinalSla(evaluation, { loadEndSeconds, lastSecond: state.nextSecond - 1 });
  }

  /** Of each workload, until when it could have answers, and the seconds from there on. */
  #ends({ shares, settings }: RunState, loadEndSeconds: number, seconds: ClosedSeconds) {
    return Promise.all(
      this.#plan.workloads.map(async ({ startMs, load }, index) => {
        const plannedMs = startMs + loadDurationMs(load);
        // Iterations may be done before their time is up.
        const finals = shares.flatMap(({ workload, totals }) =>
          workload === index && totals !== null ? [totals.endedMs] : [],
        );
        const endMs = finals.length === 0 ? plannedMs : Math.min(plannedMs, Math.max(...finals));
        const end = Math.min(endMs / 1000, loadEndSeconds);
        const untilSeconds = end + settings.gracefulStopMs / 1000;
        const from = Math.floor(untilSeconds);
        return { untilSeconds, tail: await seconds(from, from + TAIL_SECONDS) };
      }),
    );
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
        isLast: record.second === this.#lastSecond,
      },
    });
  }

  get results(): SlaResult[] {
    return this.#evaluation.results;
  }
}
