import { firstSteps, mostRequests } from "@onrush/shared/flow/flow.ts";
import type { LastCounts, ShareState } from "@onrush/shared/run/runMessages.ts";
import { knownStarts } from "./knownStarts.ts";
import type { RunPlan } from "./runPlan.ts";
import { dueBetween } from "./shares.ts";

/** What is known of a lost share besides its state. */
export interface LostShare {
  /** It began nothing due from here on, microseconds of the run. */
  untilUs: number;
  /** Its iterations that may have been sent, and those that it reported as started or dropped. */
  iterations: number;
  accounted: number;
  reported: {
    sent: number;
    busiestSecond: number;
    /** Iterations in flight by the last report. */
    cutOff: number;
  };
  /** From the last word of what it had sent to where it could send no more. */
  unseenUs: number;
}

/**
 * How many requests a lost share may have sent besides those that are counted as sent. An iteration
 * that was in flight may have gone on to the end of its flow, and one that may have begun may have
 * gone through all of it: a bound that nothing can break. What users had begun nobody knows; for
 * them it is told from the rate.
 */
export function maybeRequests(plan: RunPlan, share: ShareState, lost: LostShare): number {
  const workload = plan.workloads[share.workload];
  if (workload === undefined) throw new RangeError(`share ${share.share} has no workload`);
  const known = knownStarts(plan, share).reduce((sum, { started }) => sum + started, 0);
  const first = firstSteps(workload.flow).length;
  const most = mostRequests(workload.flow);
  const { loss } = share;
  const counts = loss?.lastCounts ?? null;
  const counted = lost.reported.sent + known * first;
  const told = counts === null ? 0 : Math.max(0, counts.requests - counted);
  if (workload.load.type === "users") return told + ofUsers(lost, told);
  const byReports = (lost.reported.cutOff + known) * (most - first) + lost.iterations * most;
  if (counts === null) return byReports;
  const inFlight = Math.max(0, counts.started - counts.ended);
  const later = beginnings(plan, share, lost, counts) * most;
  const byHeartbeat = counts.requests - counted + inFlight * (most - first) + later;
  // Either holds; which of them is the closer hangs on how late reports and heartbeats are.
  return Math.max(0, Math.min(byReports, byHeartbeat));
}

/** Iterations it can have begun after its last heartbeat. */
function beginnings(
  plan: RunPlan,
  share: ShareState,
  { untilUs, accounted }: LostShare,
  { started, dropped }: LastCounts,
): number {
  const handbackUs = (share.handbackMs ?? Infinity) * 1000;
  const isClaimed = plan.workloads[share.workload]?.load.type === "iterations";
  const all = isClaimed
    ? accounted + (share.loss?.unreported ?? 0)
    : dueBetween(plan, share, 0, Math.min(untilUs, handbackUs));
  return Math.max(0, all - started - dropped);
}

/** As many as in its busiest second, or since its last report if that was busier. */
function ofUsers({ reported, unseenUs }: LostShare, told: number): number {
  const perSecond = Math.max(reported.busiestSecond, told);
  return Math.ceil((perSecond * Math.max(0, unseenUs)) / 1e6);
}
