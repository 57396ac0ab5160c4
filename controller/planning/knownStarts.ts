import { reportedUntilUs } from "@onrush/shared/run/lostPart.ts";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import type { RunPlan } from "./runPlan.ts";
import { dueBetween, dueOfNext } from "./shares.ts";

/**
 * What the last heartbeat of a lost share's worker proves beyond its reports. Arrivals are begun in
 * the order in which they are due, so a number of starts names the arrivals.
 */

/** Iterations of a share, cumulative. */
export interface StartCounts {
  started: number;
  dropped: number;
}

/**
 * Every arrival of the share due before this was begun, microseconds from the start of the run; null
 * when nothing is known beyond the reports, or not which arrivals: a drop may be any of them.
 */
export function knownUntilUs(
  plan: RunPlan,
  share: ShareState,
  beat: { ended?: number | undefined; dropped: number } | undefined,
  reported: StartCounts,
): number | null {
  const schedule = plan.workloads[share.workload]?.schedule ?? null;
  if (schedule === null) return null;
  if (beat === undefined || beat.dropped > reported.dropped) return null;
  // What was in flight may have died in a buffer with its worker: what has ended has not.
  const known = (beat.ended ?? 0) - reported.started;
  if (known <= 0) return null;
  const handbackUs = (share.handbackMs ?? Infinity) * 1000;
  // Of several due at one instant none counts when the last of them is not known to be begun.
  return Math.min(dueOfNext(plan, share, reportedUntilUs(share), known), handbackUs);
}

/** The known starts of a lost share by the second they were due in, ascending. */
export function knownStarts(
  plan: RunPlan,
  share: ShareState,
): { second: number; started: number }[] {
  const fromUs = reportedUntilUs(share);
  const untilUs = share.loss?.knownUntilUs ?? 0;
  const known: { second: number; started: number }[] = [];
  for (let second = Math.floor(fromUs / 1e6); second * 1e6 < untilUs; second++) {
    const endUs = Math.min((second + 1) * 1e6, untilUs);
    const started = dueBetween(plan, share, Math.max(second * 1e6, fromUs), endUs);
    if (started > 0) known.push({ second, started });
  }
  return known;
}
