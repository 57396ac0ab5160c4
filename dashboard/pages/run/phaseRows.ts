import type { Summary } from "@onrush/shared/api/runView.ts";
import { type Phase, phases } from "@onrush/shared/metrics/phases.ts";

export interface PhaseRow {
  phase: Phase;
  latency: NonNullable<Summary["phases"][Phase]>;
  /** Its part of the time all requests took together, 0 to 1. */
  share: number;
}

/**
 * The phases of a run in the order of time. Only what opens a connection waits for dns, connect
 * and tls, so shares are of sums (count × average), not of averages.
 */
export function phaseRows(summary: Pick<Summary, "phases"> | null): PhaseRow[] {
  const known = phases.flatMap((phase) => {
    const latency = summary?.phases[phase];
    return latency === undefined || latency.count === 0 ? [] : [{ phase, latency }];
  });
  const total = known.reduce((sum, { latency }) => sum + latency.count * latency.avg, 0);
  return known.map(({ phase, latency }) => ({
    ...{ phase, latency },
    share: total === 0 ? 0 : (latency.count * latency.avg) / total,
  }));
}
