import type { Summary } from "../api/runView.ts";
import { type Phase, phases } from "../metrics/phases.ts";
import { isOpening } from "./phaseKinds.ts";

export interface PhaseRow {
  phase: Phase;
  latency: NonNullable<Summary["phases"][Phase]>;
  /** Its part of the time all requests took together, 0 to 1; null for phases of connections. */
  share: number | null;
}

/** The phases of a run in the order of time. Shares are of sums: count × average. */
export function phaseRows(summary: Pick<Summary, "phases"> | null): PhaseRow[] {
  const known = phases.flatMap((phase) => {
    const latency = summary?.phases[phase];
    if (latency === undefined || latency.count === 0) return [];
    return [{ phase, latency, sum: isOpening(phase) ? null : latency.count * latency.avg }];
  });
  const total = known.reduce((all, { sum }) => all + (sum ?? 0), 0);
  return known.map(({ phase, latency, sum }) => ({
    ...{ phase, latency },
    share: sum === null || total === 0 ? null : sum / total,
  }));
}
