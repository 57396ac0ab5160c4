import type { Summary } from "@onrush/shared/api/runView.ts";
import { phases } from "@onrush/shared/metrics/phases.ts";
import { ms } from "./formatNumbers.ts";

/** Phases that took less of the time than this are left out. */
const LEAST_SHARE = 0.005;

/**
 * Where the time of requests went, the longest first; undefined when nothing was measured. Shares
 * are of sums: only the first request of a connection waits for its opening.
 */
export function phaseLine(summary: Pick<Summary, "phases">): string | undefined {
  const known = phases.flatMap((phase) => {
    const latency = summary.phases[phase];
    return latency === undefined ? [] : [{ phase, latency, sum: latency.count * latency.avg }];
  });
  const total = known.reduce((all, { sum }) => all + sum, 0);
  if (total === 0) return undefined;
  return known
    .filter(({ sum }) => sum / total >= LEAST_SHARE)
    .sort((a, b) => b.sum - a.sum)
    .map(
      ({ phase, latency, sum }) =>
        `${phase} ${Math.round((100 * sum) / total)} % (p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)})`,
    )
    .join(", ");
}
