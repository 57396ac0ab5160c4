import { peakUsers } from "@onrush/shared/schedule/userTimeline.ts";
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
  readonly #byPath: ReadonlyMap<string, PlannedShare>;

  constructor(plan: RunPlan, runId: string, token: number, workerIds: readonly string[]) {
    this.#plan = plan;
    this.#shares = divide(plan, runId, token, workerIds);
    this.#byPath = new Map(this.#shares.map((share) => [share.task.share, share]));
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

  /** A share's arrivals due in `second`, as far as the load went. */
  dueIn(share: string, second: number, endUs: number): number {
    return this.#dueBetween(share, second * 1e6, Math.min((second + 1) * 1e6, endUs));
  }

  /**
   * Of a lost share's arrivals, those that may have reached the target: due after the last report
   * and before the lease that its last heartbeat (at `lastBeatUs`) gave it ran out.
   */
  maybeSent(share: string, fromSecond: number, lastBeatUs: number, endUs: number): number {
    const leaseEndUs = Math.min(lastBeatUs + LEASE_MS * 1000, endUs);
    return this.#dueBetween(share, fromSecond * 1e6, leaseEndUs);
  }

  /** Virtual users of a share at its workload's peak. */
  usersOf(share: string): number {
    const known = this.#byPath.get(share);
    const load = known === undefined ? undefined : this.#plan.workloads[known.workload]?.load;
    if (known === undefined || load?.type !== "users") return 0;
    return known.ownership.ownedBelow(peakUsers(load.curve));
  }

  /** Per open workload: arrivals that have fallen due as far as the shares are accounted for. */
  scheduled(states: readonly ShareState[], closedSeconds: number, endUs: number): number[] {
    const counts = this.#plan.workloads.map(() => 0);
    for (const state of states) {
      counts[state.workload] =
        (counts[state.workload] ?? 0) + this.#scheduledOf(state, closedSeconds, endUs);
    }
    return counts;
  }

  #scheduledOf(state: ShareState, closedSeconds: number, endUs: number): number {
    if (state.totals !== null) return state.totals.scheduled;
    const reportedUs = (state.watermark + 1) * 1e6;
    if (state.phase !== "lost") {
      return this.#dueBetween(state.share, 0, Math.min(reportedUs, endUs));
    }
    // What is lost is counted second by second as they close.
    const countedUs = Math.min(closedSeconds * 1e6, endUs);
    return this.#dueBetween(state.share, 0, Math.max(reportedUs, countedUs));
  }

  #dueBetween(path: string, fromUs: number, toUs: number): number {
    const share = this.#byPath.get(path);
    const workload = share === undefined ? undefined : this.#plan.workloads[share.workload];
    if (share === undefined || workload === undefined) return 0;
    return shareDueBetween(workload, share.ownership, fromUs, toUs);
  }
}
