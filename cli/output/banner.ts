import { count, duration } from "./formatNumbers.ts";
import type { Distribution, RunPlan } from "./runPlan.ts";

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
const two = (value: number) => String(value).padStart(2, "0");
const clock = (at: Date) => [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");

function distributionLines({ set, field, values }: Distribution): string[] {
  const lines = values.map(
    ({ value, rows, percent }) => `  ${value}: ${rows} ${set} (${percent.toFixed(1)}%)`,
  );
  return ["", `Distribution of ${set} by ${field}:`, ...lines];
}

/** What is about to happen, once, before the first line. */
export function banner(plan: RunPlan, startedAt: Date): string[] {
  const { targets, users, peakRps, rateOf, iterations, plannedSeconds, distributions } = plan;
  const rows: [string, string][] = [
    ["Scenario:", plan.name],
    [targets.length === 1 ? "Target:" : "Targets:", targets.join(", ")],
    ...(users === null ? [] : [["Users:", count(users)] as [string, string]]),
    ...(peakRps === null
      ? []
      : [["Target RPS:", `${grouped.format(peakRps)} ${rateOf}/second`] as [string, string]]),
    ...(iterations === null ? [] : [["Iterations:", count(iterations)] as [string, string]]),
    ["Duration:", `${iterations === null ? "" : "at most "}${duration(plannedSeconds)}`],
  ];
  return [
    ...rows.map(([name, text]) => `${name.padEnd(16)}${text}`),
    ...distributions.flatMap(distributionLines),
    ...["", `Load test started at ${clock(startedAt)}`, ""],
  ];
}
