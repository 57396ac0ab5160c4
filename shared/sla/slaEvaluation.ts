import type { SlaResult } from "../api/slaResult.ts";
import type { Verdict } from "../api/runView.ts";
import type { DueDelta, WallDelta } from "../metrics/delta.ts";
import type { RunSecond } from "../metrics/second.ts";
import { slaLineOf } from "./parseSla.ts";
import type { SlaDocument } from "./slaLine.ts";
import { type PlannedSla, SlaJudge, type SlaProgress } from "./slaJudge.ts";
import type { InterruptedEnds } from "./slaInterrupted.ts";
import { dueSample, lostSample, wallSample } from "./slaSample.ts";
import { slaScope, type SlaWorkload } from "./slaScope.ts";

export function planSla(
  documents: readonly SlaDocument[],
  workloads: readonly SlaWorkload[],
): PlannedSla[] {
  return documents.map((document) => {
    const { name, ...line } = slaLineOf(document);
    return { line, name, scope: slaScope(line, workloads) };
  });
}

/**
 * All SLA lines of a run on its merged seconds. Closed seconds come in their order, each once; what
 * changes them later comes as what it adds. So every number is at any time that of all seconds in
 * their newest revision.
 */
export class SlaEvaluation {
  readonly #judges: readonly SlaJudge[];
  /** As they were before: of whoever had the run until now, or while it went on. */
  readonly #before: readonly SlaResult[];
  /** Seconds before this one were judged then. */
  readonly #judgedSeconds: number;

  private constructor(
    judges: readonly SlaJudge[],
    before: readonly SlaResult[],
    judgedSeconds: number,
  ) {
    this.#judges = judges;
    this.#before = before;
    this.#judgedSeconds = judgedSeconds;
  }

  /** `before` are results of whoever had the run until now, up to `judgedSeconds`. */
  static live(
    planned: readonly PlannedSla[],
    before: readonly SlaResult[] = [],
    judgedSeconds = 0,
  ): SlaEvaluation {
    const judges = planned.map((one) => new SlaJudge(one));
    return new SlaEvaluation(judges, before, judgedSeconds);
  }

  /**
   * The same lines on final seconds, once all of them were added here: nothing comes late any more.
   */
  final(endsOf: (planned: PlannedSla) => InterruptedEnds): SlaEvaluation {
    const judges = this.#judges.map(({ planned, interrupted }) => {
      return new SlaJudge(planned, interrupted.waitedTo(endsOf(planned)));
    });
    return new SlaEvaluation(judges, this.results, Infinity);
  }

  get isEmpty(): boolean {
    return this.#judges.length === 0;
  }

  /** The next closed second. */
  add(record: RunSecond): void {
    const { second } = record;
    for (const judge of this.#judges) judge.slideTo(second);
    for (const part of record.workloads) {
      this.addDue(part.workload, { ...part, second });
      this.addWall(part.workload, { ...part, second });
      if (part.lost > 0) this.addLost(part.workload, second, part.lost);
    }
  }

  /** What a closed second gets more, by due second. */
  addDue(workload: number, delta: DueDelta): void {
    for (const judge of this.#judges) {
      judge.add(workload, delta.second, dueSample(judge.line.metric, judge.scope, workload, delta));
    }
  }

  /** The same by wall second. */
  addWall(workload: number, delta: WallDelta): void {
    for (const judge of this.#judges) {
      judge.add(
        workload,
        delta.second,
        wallSample(judge.line.metric, judge.scope, workload, delta),
      );
    }
  }

  addLost(workload: number, second: number, more: number): void {
    for (const judge of this.#judges) {
      judge.add(workload, second, lostSample(judge.line.metric, judge.scope, workload, more));
    }
  }

  /** Judges every line; answers those that are broken from now on. */
  judge(seen: Omit<SlaProgress, "isReplay">): SlaResult[] {
    const progress = { ...seen, isReplay: seen.closedSeconds <= this.#judgedSeconds };
    return this.#judges.flatMap((judge, index) => {
      if (this.#before[index]?.aborted === true) return [];
      if (!judge.judge(progress)) return [];
      const { result } = judge;
      // Whoever had the run before has told of it.
      const isTold = this.#before[index]?.status === "FAILED" && !result.aborted;
      return isTold ? [] : [result];
    });
  }

  get results(): SlaResult[] {
    return this.#judges.map((judge, index) => {
      const before = this.#before[index];
      const { result } = judge;
      // What has ended the load stands, whatever else comes.
      if (before?.aborted === true) return before;
      if (judge.line.overSeconds !== null || result.status !== "FAILED") return result;
      // In seconds that were judged before it is known since when; what broke later has its own.
      const wasBefore = (result.failedAtSecond ?? 0) < this.#judgedSeconds;
      const since = wasBefore ? before?.failedAtSecond : null;
      return { ...result, failedAtSecond: since ?? result.failedAtSecond };
    });
  }
}

/** PASSED when a line was judged and none is broken. */
export function slaVerdict(results: readonly SlaResult[]): Verdict["sla"] {
  if (results.some(({ status }) => status === "FAILED")) return "FAILED";
  return results.some(({ status }) => status === "PASSED") ? "PASSED" : "NONE";
}
