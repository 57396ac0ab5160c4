import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import { LEASE_MS } from "@onrush/shared/wire/heartbeat.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { divide, type PlannedShare, type RunPlan, shareDueBetween } from "../planning/runPlan.ts";

/**
 * The shares of a placed run: which arrivals are whose. `endUs` is where the load ends, in
 * microseconds from the start of the run: the plan's end, or an earlier stop.
 */
export class RunShares {
  readonly #plan: RunPlan;
  readonly #shares: readonly PlannedShare[];

  constructor(plan: RunPlan, runId: string, token: number, workerIds: readonly string[]) {
    this.#plan = plan;
    this.#shares = divide(plan, runId, token, workerIds);
  }

  get assignments(): readonly { workerId: string; task: Task }[] {
    return this.#shares;
  }

  initialStates(): ShareState[] {
    return this.#shares.map(({ task, workload, workerId, planned }) => ({
      ...{ share: task.share, workload, workerId, epoch: task.epoch, planned },
      phase: "assigned",
      ...{ seq: 0, watermark: -1, clockOffsetUs: null, clockErrorUs: null, totals: null },
    }));
  }

  /** A lost share's arrivals by due second, from `fromSecond` to the end of the load. */
  lostPerSecond(share: string, fromSecond: number, endUs: number) {
    const lost: { second: number; count: number }[] = [];
    for (let second = fromSecond; second * 1e6 < endUs; second++) {
      const count = this.#dueBetween(share, second * 1e6, Math.min((second + 1) * 1e6, endUs));
      if (count > 0) lost.push({ second, count });
    }
    return lost;
  }

  /**
   * Of a lost share's arrivals, those that may have reached the target: due after the last report
   * and before the lease that its last heartbeat (at `lastBeatUs`) gave it ran out.
   */
  maybeSent(share: string, fromSecond: number, lastBeatUs: number, endUs: number): number {
    const leaseEndUs = Math.min(lastBeatUs + LEASE_MS * 1000, endUs);
    return this.#dueBetween(share, fromSecond * 1e6, leaseEndUs);
  }

  /** Per workload: arrivals that have fallen due as far as the shares are accounted for. */
  scheduled(states: readonly ShareState[], endUs: number): number[] {
    const counts = this.#plan.workloads.map(() => 0);
    for (const state of states) {
      counts[state.workload] = (counts[state.workload] ?? 0) + this.#scheduledOf(state, endUs);
    }
    return counts;
  }

  #scheduledOf(state: ShareState, endUs: number): number {
    if (state.totals !== null) return state.totals.scheduled;
    const reportedUs = (state.watermark + 1) * 1e6;
    const toUs = state.phase === "lost" ? Math.max(endUs, reportedUs) : reportedUs;
    return this.#dueBetween(state.share, 0, toUs);
  }

  #dueBetween(path: string, fromUs: number, toUs: number): number {
    const share = this.#shares.find(({ task }) => task.share === path);
    const workload = share === undefined ? undefined : this.#plan.workloads[share.workload];
    if (share === undefined || workload === undefined) return 0;
    return shareDueBetween(workload, share.ownership, fromUs, toUs);
  }
}
