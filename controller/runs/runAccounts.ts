import type { RunView } from "@onrush/shared/api/runView.ts";
import { StageTotals } from "@onrush/shared/metrics/stageTotals.ts";
import { type MaybeSent, summarise } from "@onrush/shared/metrics/summary.ts";
import { sumCounts } from "@onrush/shared/run/ledger.ts";
import { reportedUntilUs } from "@onrush/shared/run/lostPart.ts";
import { areSharesOver } from "@onrush/shared/run/runMessages.ts";
import type { RunState, ShareLoss, ShareState } from "@onrush/shared/run/runMessages.ts";
import { refusal } from "@onrush/shared/run/takeOver.ts";
import { LEASE_MS, ORPHAN_LEASE_MS, type HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import { slaVerdict } from "@onrush/shared/sla/slaEvaluation.ts";
import type { RunSla } from "../analysis/runSla.ts";
import type { RunPlan } from "../planning/runPlan.ts";
import { maybeRequests } from "../planning/maybeRequests.ts";
import { dueBetween, lostBetween, lostIn, usersOf } from "../planning/shares.ts";
import { SECONDS_PER_MINUTE } from "../results/runSeconds.ts";
import { judgeRun } from "./runOutcome.ts";
import type { RunRecord } from "./runRecord.ts";
import { liveView } from "./runView.ts";

/**
 * What a run's numbers come to, while it goes on and in the end: plan and state against merged
 * seconds. Everything is computed from these anew, so that whoever owns the run gets the same.
 */
export class RunAccounts {
  readonly #plan: RunPlan;
  readonly #record: RunRecord;
  /** Cumulative counts by share, from the latest heartbeats. */
  readonly #held: ReadonlyMap<string, HeldShare>;

  readonly #sla: RunSla;

  constructor(plan: RunPlan, record: RunRecord, sla: RunSla, held: ReadonlyMap<string, HeldShare>) {
    this.#plan = plan;
    this.#sla = sla;
    this.#record = record;
    this.#held = held;
  }

  /** Counts what nobody began in a second, of all shares; as often as one likes. */
  countLost(state: RunState, second: number): void {
    this.#plan.workloads.forEach((_, w) => this.#setLost(state, w, second, 0));
  }

  /**
   * Counts anew what nobody began in closed seconds of a lost share, however long ago. Minutes that
   * have to be read for it are stored again one by one, so that the past of a share that was far
   * behind its time is never in memory as a whole. `store` answers whether the run is still ours.
   */
  async recountLost(
    state: RunState,
    { fromSecond, toSecond }: { fromSecond: number; toSecond: number },
    store: () => Promise<boolean>,
  ): Promise<void> {
    let isRecalled = false;
    // From the last one reported on: there counts what it had claimed and not reported.
    for (let second = Math.max(0, fromSecond - 1); second <= toSecond; second++) {
      if (isRecalled && second % SECONDS_PER_MINUTE === 0) {
        if (!(await store())) return;
        isRecalled = false;
      }
      if (await this.#record.recall([second])) isRecalled = true;
      this.countLost(state, second);
    }
    if (isRecalled) await store();
  }

  /** Counts iterations that nobody claimed although the run is over, in its last second. */
  countUndone(state: RunState, undone: readonly [workload: number, count: number][]): void {
    const second = Math.max(0, state.nextSecond - 1);
    for (const [workload, count] of undone) this.#setLost(state, workload, second, count);
  }

  /** What the shares of a workload leave in a second, and `more` that no share can tell of. */
  #setLost(state: RunState, workload: number, second: number, more: number): void {
    const endUs = this.loadEndUs(state);
    const shares = state.shares.filter((share) => share.workload === workload);
    const lost = shares.reduce((sum, s) => sum + lostIn(this.#plan, s, second, endUs), more);
    this.#record.setLost(workload, second, lost);
  }

  /** The view of an active run. */
  live(base: RunView, state: RunState): RunView {
    const endUs = this.loadEndUs(state);
    const { summary, ledger } = summarise({
      totals: this.#record.live,
      names: this.#plan,
      durationSeconds: Math.min(state.nextSecond, endUs / 1e6),
      scheduled: this.#scheduled(state, endUs),
      maybeSent: this.#maybeSent(state, endUs),
    });
    const sla = this.#sla.results;
    return liveView(base, { state, plan: this.#plan, summary, ledger, sla, held: this.#held });
  }

  /** The view of an ended run, from its stored seconds. */
  async ended(base: RunView, state: RunState, endedAt: string): Promise<RunView> {
    const view = { ...this.live(base, state), endedAt };
    const { failure, startAtMs, nextSecond } = state;
    if (startAtMs === null) {
      const reasons = [failure ?? "it was stopped before the load began: nothing was measured"];
      return { ...view, verdict: { sla: "NONE", validity: "INVALID", reasons } };
    }
    const endUs = this.loadEndUs(state);
    const lost = state.shares.filter(({ loss }) => loss !== null);
    const stages = new StageTotals(this.#plan.workloads);
    const finalSla = await this.#sla.final(state, endUs / 1e6, (from, to) =>
      this.#record.closed(from, to),
    );
    const outcome = judgeRun({
      plan: this.#plan,
      state,
      totals: await this.#record.finalTotals(nextSecond - 1, [finalSla, stages]),
      scheduled: this.#scheduled(state, endUs),
      maybeSent: this.#maybeSent(state, endUs),
      usersLost: lost
        .filter(({ cutMs }) => cutMs === null)
        .reduce((sum, share) => sum + usersOf(this.#plan, share), 0),
      lostWorkers: uniqueOf(lost, ({ workerId, loss }) =>
        loss?.refused === undefined ? [workerId] : [],
      ),
      refusals: uniqueOf(lost, ({ workerId, loss }) =>
        loss?.refused === undefined ? [] : [`${workerId} ${refusal(loss.refused)}`],
      ),
      durationSeconds: endUs / 1e6,
    });
    const sla = finalSla.results;
    const summary = { ...outcome.summary, stages: stages.summaries(endUs / 1e6) };
    return {
      ...view,
      ...outcome,
      summary,
      sla,
      verdict: { ...outcome.verdict, sla: slaVerdict(sla) },
    };
  }

  /**
   * Of lost shares' arrivals, those that may have reached the target: not known to be begun, and due
   * before the worker could send no more. Of claimed iterations any may have. And the requests that
   * may have, besides those that are counted as sent.
   */
  #maybeSent(state: RunState, endUs: number): MaybeSent {
    const { startAtMs } = state;
    const maybe = { iterations: 0, requests: 0 };
    if (startAtMs === null) return maybe;
    for (const share of state.shares) {
      const { loss } = share;
      if (loss === null || loss.refused !== undefined) continue;
      const silentUs = (leaseEndMs(loss) - startAtMs) * 1000;
      const untilUs = Math.min(silentUs, endUs);
      const iterations = lostBetween(this.#plan, share, 0, untilUs) + loss.unreported;
      maybe.iterations += iterations;
      maybe.requests += maybeRequests(this.#plan, share, {
        ...{ untilUs, iterations, accounted: this.#record.accountedOf(share.share) },
        reported: this.#record.requestsOf(share.share),
        // Users go on with their iterations after the end of the load.
        unseenUs: silentUs - unseenFromUs(share, startAtMs),
      });
    }
    return maybe;
  }

  /**
   * Per workload, for the ledger: arrivals that fell due, by the plan; all iterations asked for,
   * once the run has ended by itself; of users what they began, by their shares' own counters.
   */
  #scheduled(state: RunState, endUs: number): number[] {
    const endedByItself = state.phase === "COMPLETED" && !state.stopRequested;
    return this.#plan.workloads.map(({ load }, w) => {
      const shares = state.shares.filter(({ workload }) => workload === w);
      if (load.type === "arrivals") {
        return shares.reduce((sum, share) => sum + this.#scheduledOf(state, share, endUs), 0);
      }
      if (load.type === "iterations" && endedByItself) return load.iterations;
      const totals = shares.flatMap((share) => (share.totals === null ? [] : [share.totals]));
      if (totals.length === shares.length) {
        return totals.reduce((sum, { scheduled }) => sum + scheduled, 0);
      }
      const merged = this.#record.live.workloads.get(w);
      return merged === undefined ? 0 : merged.started + merged.lost + sumCounts(merged.dropped);
    });
  }

  /** A share's arrivals as far as they are accounted for: reported, or lost in a closed second. */
  #scheduledOf(state: RunState, share: ShareState, endUs: number): number {
    const closedUs = Math.min(state.nextSecond * 1e6, endUs);
    const lost = lostBetween(this.#plan, share, 0, closedUs);
    if (share.totals !== null) return share.totals.scheduled + lost;
    const ownEndUs = Math.min((share.handbackMs ?? Infinity) * 1000, endUs);
    const reportedUs = Math.min(reportedUntilUs(share), ownEndUs);
    // A stop may reach a worker a little later than it counts from.
    const knownUs = Math.max(reportedUs, share.loss?.knownUntilUs ?? 0);
    // Totals of a run that goes on are those of its closed seconds.
    const countedUs = Math.min(knownUs, state.nextSecond * 1e6);
    return dueBetween(this.#plan, share, 0, countedUs) + lost;
  }

  /** Where the load ends, from the start of the run: the plan's end, or an earlier stop. */
  loadEndUs({ startAtMs, stopAtMs, shares }: RunState): number {
    const { durationMs, minDurationMs } = this.#plan;
    const finals = shares.flatMap(({ totals }) => (totals === null ? [] : [totals.endedMs]));
    // Iterations may be done before their time is up.
    const plannedUs =
      (areSharesOver(shares) ? Math.max(minDurationMs, ...finals) : durationMs) * 1000;
    if (stopAtMs === null || startAtMs === null) return plannedUs;
    return Math.min(plannedUs, Math.max(0, Math.round((stopAtMs - startAtMs) * 1000)));
  }
}

function uniqueOf(shares: readonly ShareState[], pick: (share: ShareState) => string[]): string[] {
  return [...new Set(shares.flatMap(pick))];
}

/** From here on nobody tells what a lost share has sent: its last heartbeat, or its reports. */
function unseenFromUs(share: ShareState, startAtMs: number): number {
  const { lastBeatMs = null, lastCounts = null } = share.loss ?? {};
  const heardMs = lastCounts === null ? null : lastBeatMs;
  const heardUs = heardMs === null ? -Infinity : (heardMs - startAtMs) * 1000;
  return Math.max(heardUs, reportedUntilUs(share));
}

/**
 * After this a lost share's worker has sent nothing, common clock: the end of the last lease that it
 * can have been given, or less if its connection was closed after that.
 */
export function leaseEndMs({
  atMs,
  lastBeatMs,
  leasedMs = lastBeatMs,
  absentMs,
}: ShareLoss): number {
  const endMs = leasedMs === null ? atMs : leasedMs + LEASE_MS;
  return Math.min(endMs, (absentMs ?? Infinity) + ORPHAN_LEASE_MS);
}
