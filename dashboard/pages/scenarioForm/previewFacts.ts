import type { Preview } from "@onrush/shared/api/scenarioApi.ts";
import { isOfUsers, type PreviewCharts } from "../../charts/previewCharts.ts";
import type { ChartRow } from "@onrush/shared/chart/rows.ts";
import { formatCount, formatDuration, formatRate } from "@onrush/shared/format/numbers.ts";

export interface Fact {
  id: "total" | "iterations" | "requests" | "peak" | "users" | "average" | "duration";
  value: string;
  label: string;
}

const rate = (value: number) => `${formatRate(value)}/s`;

function iterationFact(workloads: Preview["workloads"]): Fact {
  const counts = workloads.map(({ total }) => total);
  // One workload that goes on until its time is up leaves the sum unknown.
  if (counts.includes(null)) {
    const label = "iterations: the faster the answers, the more";
    return { id: "iterations", value: "Not fixed", label };
  }
  const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return { id: "iterations", value: formatCount(total), label: "iterations in total" };
}

/** What a preview comes to, in figures: those that its kinds of workloads have. */
export function previewFacts(preview: Preview, charts: PreviewCharts): Fact[] {
  const { totalRequests, totalIterations, durationSeconds, workloads } = preview;
  const users = workloads.filter(isOfUsers);
  const arrivals = workloads.filter((workload) => !isOfUsers(workload));
  const facts: Fact[] = [];
  if (charts.rate !== undefined) {
    const total = arrivals.reduce((sum, workload) => sum + (workload.total ?? 0), 0);
    facts.push({ id: "total", value: formatCount(total), label: "arrivals in total" });
    facts.push({ id: "peak", value: rate(charts.rate.peak), label: "peak rate" });
    if (durationSeconds > 0) {
      facts.push({ id: "average", value: rate(total / durationSeconds), label: "on average" });
    }
  }
  if (charts.users !== undefined) {
    const label = charts.users.rows.every((row, i, all) => i === 0 || same(row, all[0]))
      ? "users"
      : "users at most";
    facts.push({ id: "users", value: formatCount(Math.ceil(charts.users.peak)), label });
    facts.push(iterationFact(users));
  }
  if (totalRequests !== null && totalRequests !== totalIterations) {
    facts.push({ id: "requests", value: formatCount(totalRequests), label: "requests in total" });
  }
  // Only users with a fixed amount of work may be done before their time is up.
  const mayEndEarly = users.some(({ total }) => total !== null);
  const label = mayEndEarly ? "of load at most" : "of load";
  return [...facts, { id: "duration", value: formatDuration(durationSeconds), label }];
}

const same = (a: ChartRow, b: ChartRow | undefined) =>
  Object.keys(a).every((key) => key === "at" || a[key] === b?.[key]);
