import type { Summary } from "@onrush/shared/api/runView.ts";
import type { Phase } from "@onrush/shared/metrics/phases.ts";
import { count, ms } from "./formatNumbers.ts";

/** Phases that took less of the time than this are left out. */
const LEAST_SHARE = 0.005;

/** They follow one another; opening a connection happened before, or is part of blocked. */
const requestPhases: readonly Phase[] = ["blocked", "sending", "waiting", "receiving"];
const openingPhases: readonly Phase[] = ["dns", "connect", "tls"];

type Phases = Pick<Summary, "phases">;

const recorded = (phases: readonly Phase[], summary: Phases) =>
  phases.flatMap((phase) => {
    const latency = summary.phases[phase];
    return latency === undefined || latency.count === 0 ? [] : [{ phase, latency }];
  });

function timeSpent(summary: Phases): string[] {
  const known = recorded(requestPhases, summary).map(({ phase, latency }) => ({
    ...{ phase, latency, sum: latency.count * latency.avg },
  }));
  const total = known.reduce((all, { sum }) => all + sum, 0);
  const shown = known
    .filter(({ sum }) => total > 0 && sum / total >= LEAST_SHARE)
    .sort((a, b) => b.sum - a.sum)
    .map(({ phase, latency, sum }) => {
      const percent = Math.round((100 * sum) / total);
      return `${phase} ${percent} % (p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)})`;
    });
  return shown.length === 0 ? [] : [`  time spent: ${shown.join(", ")}`];
}

/** Where the time of requests went, the longest first, and what opening connections took. */
export function phaseLines(summary: Phases): string[] {
  const opening = recorded(openingPhases, summary);
  const opened = Math.max(0, ...opening.map(({ latency }) => latency.count));
  const shown = opening.map(
    ({ phase, latency }) => `${phase} p50 ${ms(latency.p50)} p99 ${ms(latency.p99)}`,
  );
  const connections = `  connections: ${count(opened)} opened, ${shown.join(", ")}`;
  return [...timeSpent(summary), ...(shown.length === 0 ? [] : [connections])];
}
