import type { SlaResult } from "../api/slaResult.ts";
import { isBroken, isGrowing, isUpperLimit, type SlaLine } from "./slaLine.ts";
import type { SlaScope } from "./slaScope.ts";
import type { SlaSample } from "./slaSample.ts";
import { lagOf, SlaLaggedSeries } from "./slaLaggedSeries.ts";
import { SlaSeries } from "./slaSeries.ts";
import { SlaInterrupted } from "./slaInterrupted.ts";
import { slaNumber, slaValue, type Waiting } from "./slaValue.ts";

/** How far a run is when a second has closed. */
export interface SlaProgress {
  /** All seconds before this one are closed. */
  closedSeconds: number;
  /** Where the load ends, or was ended. */
  loadEndSeconds: number;
  /** False when some share has not reported the newest second: what it has is not known yet. */
  isComplete: boolean;
  /** While load goes on a broken line can end it. */
  isLoadOn: boolean;
  /** An earlier owner of the run has judged this second by what was known when it closed. */
  isReplay: boolean;
  /** No second comes any more. */
  isLast: boolean;
}

/** A line with where it looks, and the name that the scenario gives it. */
export interface PlannedSla {
  line: SlaLine;
  scope: SlaScope;
  name: string | null;
}

interface Breach {
  second: number;
  value: number;
  text: string;
}

/** Windows of a line: its series, how far behind the newest second it is, and how it has been. */
interface WindowView {
  readonly series: SlaSeries;
  readonly lagSeconds: number;
  brokenInARow: number;
}

/** One line while a run goes on, or on its final seconds. */
export class SlaJudge {
  readonly planned: PlannedSla;
  readonly line: SlaLine;
  readonly scope: SlaScope;
  readonly #series: SlaSeries;
  /** The same windows once more, when the unanswered in them have waited for longer than the limit. */
  readonly #lagged: SlaLaggedSeries | null;
  readonly #views: WindowView[];
  readonly interrupted = new SlaInterrupted();
  /** What was interrupted at the end, on final seconds; null while the run goes on. */
  readonly #waited: readonly Waiting[] | null;
  #value: number | null = null;
  /** Of a window, where the line was broken first; without one, since when it is. */
  #breach: Breach | null = null;
  #aborted = false;

  /** `waited` tells that all seconds are final, and what was interrupted at the end. */
  constructor(planned: PlannedSla, waited: readonly Waiting[] | null = null) {
    const { line, scope } = planned;
    this.planned = planned;
    this.line = line;
    this.scope = scope;
    const series = () => new SlaSeries(scope.fromSecond, scope.toSecond, line.overSeconds);
    this.#series = series();
    this.#views = [{ series: this.#series, lagSeconds: 0, brokenInARow: 0 }];
    const lagSeconds = waited === null ? lagOf(line) : null;
    this.#lagged = lagSeconds === null ? null : new SlaLaggedSeries(series(), lagSeconds);
    if (this.#lagged !== null) {
      const { series, lagSeconds } = this.#lagged;
      this.#views.push({ series, lagSeconds, brokenInARow: 0 });
    }
    this.#waited = waited;
  }

  slideTo(second: number): void {
    this.#series.slideTo(second);
    this.#lagged?.slideTo(second);
  }

  add(workload: number, second: number, sample: SlaSample): void {
    this.#series.add(second, sample);
    this.#lagged?.add(second, sample);
    if (sample.interrupted > 0) this.interrupted.add(workload, second, sample.interrupted);
  }

  get #isFinal(): boolean {
    return this.#waited !== null;
  }

  /** After each closed second; true when the line is broken now and was not before. */
  judge(progress: SlaProgress): boolean {
    if (this.#aborted || !this.#canJudge(progress)) return false;
    const wasBroken = this.#breach !== null;
    if (this.line.overSeconds === null) this.#judgeAll(progress);
    else for (const view of this.#views) this.#judgeWindow(progress, this.line.overSeconds, view);
    const isNew = this.#breach !== null && !wasBroken;
    if (isNew && this.line.abort && progress.isLoadOn && !this.#isFinal) this.#aborted = true;
    return isNew && (this.#aborted || this.line.overSeconds !== null);
  }

  #canJudge({ isComplete, closedSeconds, loadEndSeconds }: SlaProgress): boolean {
    // Seconds go on closing after a stop: what it left no load of is not too little.
    if (Math.min(closedSeconds, loadEndSeconds) <= this.scope.fromSecond) return false;
    if (this.line.metric.kind === "latency" || isUpperLimit(this.line)) return true;
    // What has not been reported would be missing from a rate or a count.
    if (this.line.metric.kind === "rate" || isGrowing(this.line)) return isComplete;
    return true;
  }

  #judgeWindow(progress: SlaProgress, length: number, view: WindowView): void {
    const { fromSecond, endMs } = this.scope;
    // Whole seconds of load only: what comes later is less by itself.
    const end = Math.floor(Math.min(endMs / 1000, progress.loadEndSeconds));
    const until = progress.closedSeconds - view.lagSeconds;
    if (this.#breach !== null || until < fromSecond + length || until > end) return;
    const value = this.#valueAt(progress, length, view.series);
    const isWindowBroken = value !== null && isBroken(this.line, value);
    view.brokenInARow = isWindowBroken ? view.brokenInARow + 1 : 0;
    if (view.lagSeconds === 0) this.#value = value ?? this.#value;
    if (value === null || view.brokenInARow < this.line.forWindows) return;
    if (this.#isSpared(progress)) return;
    const second = until - 1;
    const text = `${this.#measured(value)} in seconds ${second - length + 1} to ${second}`;
    this.#breach = { second, value, text };
  }

  #judgeAll(progress: SlaProgress): void {
    const { closedSeconds, loadEndSeconds, isLast } = progress;
    const { fromSecond, endMs } = this.scope;
    const isReachedLate = isGrowing(this.line) && !isUpperLimit(this.line);
    // On final seconds only the end counts, and so it does for what has to be reached by then.
    if (!isLast && (isReachedLate || this.#isFinal)) return;
    const end = Math.min(closedSeconds, loadEndSeconds, endMs / 1000);
    const value = this.#valueAt(progress, end - fromSecond, this.#series);
    this.#value = value;
    const isShortOf = isGrowing(this.line) && !isLast && (value ?? 0) <= this.line.limit;
    const mayHold = (this.line.operator === "==" && isShortOf) || this.#isSpared(progress);
    if (value === null || mayHold || !isBroken(this.line, value)) {
      this.#breach = null;
      return;
    }
    const second = this.#breach?.second ?? Math.max(0, Math.ceil(end) - 1);
    this.#breach = { second, value, text: this.#measured(value) };
  }

  /** What came after a second had closed ends no load: whoever judged it in time let it go on. */
  #isSpared({ isLoadOn, isReplay }: SlaProgress): boolean {
    return this.line.abort && isLoadOn && isReplay;
  }

  #valueAt(progress: SlaProgress, seconds: number, series: SlaSeries): number | null {
    const unanswered = this.#unanswered(progress, series);
    return slaValue(this.line, series, { seconds, unanswered, isLive: !this.#isFinal });
  }

  #unanswered({ closedSeconds, isComplete }: SlaProgress, series: SlaSeries): Waiting[] {
    if (this.#waited !== null) {
      const { fromSecond, toSecond } = this.scope;
      const first = Math.max(fromSecond, closedSeconds - (this.line.overSeconds ?? Infinity));
      const last = Math.min(toSecond, closedSeconds - 1);
      return this.#waited.filter(({ second }) => second >= first && second <= last);
    }
    if (!isComplete) return [];
    return series.unanswered().map((one) => ({ ...one, untilSeconds: closedSeconds }));
  }

  #measured(value: number): string {
    const { operator, limit, unit } = this.line;
    return `${slaNumber(value, unit)}, not ${operator} ${slaNumber(limit, unit)}`;
  }

  get result(): SlaResult {
    const { text, limit, unit } = this.line;
    const value = this.#breach?.value ?? this.#value;
    const status = this.#breach !== null ? "FAILED" : value === null ? "NONE" : "PASSED";
    const nothing =
      this.line.overSeconds === null ? "nothing to judge by" : "no window to judge by";
    return {
      ...(this.planned.name === null ? {} : { name: this.planned.name }),
      ...{ text, status, limit, unit },
      // Whole thousandths; what decides is the value itself.
      value: value === null ? null : Math.round(value * 1000) / 1000,
      failedAtSecond: this.#breach?.second ?? null,
      aborted: this.#aborted,
      reason: this.#breach?.text ?? (status === "NONE" ? nothing : ""),
    };
  }
}
