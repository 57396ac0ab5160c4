import type { RunView } from "@onrush/shared/api/runView.ts";
import { summarise } from "@onrush/shared/metrics/summary.ts";
import { sumCounts } from "@onrush/shared/run/ledger.ts";
import { areSharesOver } from "@onrush/shared/run/runMessages.ts";
import type { RunState, ShareState } from "@onrush/shared/run/runMessages.ts";
import type { RunPlan } from "../planning/runPlan.ts";
import { judgeRun } from "./runOutcome.ts";
import type { RunRecord } from "./runRecord.ts";
import { RunShares } from "./runShares.ts";
import { liveView } from "./runView.ts";
import type { WorkerWatch } from "./workerWatch.ts";

/** What a run's numbers come to, while it goes on and in the end: plan against merged seconds. */
export class RunAccounts {
  shares: RunShares;
  /** When the load was ended early, common clock; null when it was not. */
  stopAtMs: number | null = null;
  readonly #plan: RunPlan;
  readonly #record: RunRecord;
  readonly #watch: WorkerWatch;
  #maybeSent = 0;
  #usersLost = 0;
  readonly #lostWorkers = new Set<string>();

  constructor(runId: string, plan: RunPlan, record: RunRecord, watch: WorkerWatch) {
    this.#plan = plan;
    this.#record = record;
    this.#watch = watch;
    this.shares = new RunShares(plan, runId, 1, []);
  }

  /**
   * A share is lost: counts what it owes to seconds that are closed, and what may have been sent.
   * `claimed` is how many iterations it had claimed, if its workload hands them out that way.
   */
  lose(
    state: RunState,
    lost: ShareState,
    { fromSecond, toSecond }: { fromSecond: number; toSecond: number },
    claimed: number,
  ): void {
    const { startAtMs } = state;
    if (startAtMs === null) return;
    this.#usersLost += this.shares.usersOf(lost.share);
    const unaccounted = Math.max(0, claimed - this.#record.accountedOf(lost.share));
    const lastReported = Math.max(0, lost.watermark);
    this.#record.addLost(lost.workload, lastReported, unaccounted);
    this.#record.interruptAll(lost, lastReported);
    this.#lostWorkers.add(lost.workerId);
    // Any of them may have begun since the last report.
    this.#maybeSent += unaccounted;
    for (let second = fromSecond; second <= toSecond; second++) {
      this.#countLost(state, lost, second);
    }
    const lastBeatMs = this.#watch.lastSeenMs(lost.workerId) ?? startAtMs;
    const lastBeatUs = (lastBeatMs - startAtMs) * 1000;
    const endUs = this.#loadEndUs(state);
    this.#maybeSent += this.shares.maybeSent(lost.share, fromSecond, lastBeatUs, endUs);
  }

  /** A second closes: counts what lost shares owe to it. */
  closing(state: RunState, second: number): void {
    for (const share of state.shares) {
      if (share.phase === "lost" && share.watermark < second) this.#countLost(state, share, second);
    }
  }

  #countLost(state: RunState, { share, workload }: ShareState, second: number): void {
    const count = this.shares.dueIn(share, second, this.#loadEndUs(state));
    this.#record.addLost(workload, second, count);
  }

  /** The view of an active run. */
  live(base: RunView, state: RunState): RunView {
    const endUs = this.#loadEndUs(state);
    const { summary, ledger } = summarise({
      totals: this.#record.live,
      names: this.#plan,
      durationSeconds: Math.min(state.nextSecond, endUs / 1e6),
      scheduled: this.#scheduled(state, endUs),
      maybeSent: this.#maybeSent,
    });
    return liveView(base, { state, plan: this.#plan, summary, ledger, held: this.#watch.held });
  }

  /** The view of an ended run, from its stored seconds. */
  async ended(base: RunView, state: RunState, endedAt: string): Promise<RunView> {
    const view = { ...this.live(base, state), endedAt };
    const { failure, startAtMs, nextSecond } = state;
    if (startAtMs === null) {
      const reasons = [failure ?? "it was stopped before the load began: nothing was measured"];
      return { ...view, verdict: { sla: "NONE", validity: "INVALID", reasons } };
    }
    const endUs = this.#loadEndUs(state);
    const outcome = judgeRun({
      plan: this.#plan,
      state,
      totals: await this.#record.finalTotals(nextSecond - 1),
      scheduled: this.#scheduled(state, endUs),
      maybeSent: this.#maybeSent,
      usersLost: this.#usersLost,
      lostWorkers: [...this.#lostWorkers],
      durationSeconds: endUs / 1e6,
    });
    return { ...view, ...outcome };
  }

  /**
   * Per workload, for the ledger: arrivals that fell due, by the plan; all iterations asked for,
   * once the run has ended by itself; of users what they began, by their shares' own counters.
   */
  #scheduled(state: RunState, endUs: number): number[] {
    const arrivals = this.shares.scheduled(state.shares, state.nextSecond, endUs);
    const endedByItself = state.phase === "COMPLETED" && !state.stopRequested;
    return this.#plan.workloads.map(({ load }, w) => {
      if (load.type === "arrivals") return arrivals[w] ?? 0;
      if (load.type === "iterations" && endedByItself) return load.iterations;
      const shares = state.shares.filter(({ workload }) => workload === w);
      const totals = shares.flatMap((share) => (share.totals === null ? [] : [share.totals]));
      if (totals.length === shares.length) {
        return totals.reduce((sum, { scheduled }) => sum + scheduled, 0);
      }
      const merged = this.#record.live.workloads.get(w);
      return merged === undefined ? 0 : merged.started + merged.lost + sumCounts(merged.dropped);
    });
  }

  /** Where the load ends, from the start of the run: the plan's end, or an earlier stop. */
  #loadEndUs({ startAtMs, shares }: RunState): number {
    const { durationMs, minDurationMs } = this.#plan;
    const finals = shares.flatMap(({ totals }) => (totals === null ? [] : [totals.endedMs]));
    // Iterations may be done before their time is up.
    const plannedUs =
      (areSharesOver(shares) ? Math.max(minDurationMs, ...finals) : durationMs) * 1000;
    if (this.stopAtMs === null || startAtMs === null) return plannedUs;
    return Math.min(plannedUs, Math.max(0, Math.round((this.stopAtMs - startAtMs) * 1000)));
  }
}
