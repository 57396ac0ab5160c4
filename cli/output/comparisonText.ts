import type { ComparedMetric, Comparison } from "@onrush/shared/analysis/comparison.ts";
import { formatMs, formatPercent, formatRate } from "@onrush/shared/format/numbers.ts";
import { textTable } from "./textTable.ts";

const shown: Record<ComparedMetric, { title: string; format: (value: number) => string }> = {
  p50: { title: "response p50", format: formatMs },
  p95: { title: "response p95", format: formatMs },
  p99: { title: "response p99", format: formatMs },
  rps: { title: "rate", format: (value) => `${formatRate(value)}/s` },
  errorRate: { title: "error rate", format: formatPercent },
};

/** 1.083 as "+8.3 %": what is read is the change. */
function change(ratio: number): string {
  const percent = (ratio - 1) * 100;
  const text = Math.abs(percent).toFixed(1);
  return `${Number(text) === 0 ? "±" : percent > 0 ? "+" : "−"}${text} %`;
}

type Metric = Comparison["metrics"][number];

/** The ends of an interval; above all numbers where the baseline may have none. */
function interval({ low, high }: Metric): string {
  if (low === null && high === null) return "";
  return `${low === null ? "?" : change(low)} to ${high === null ? "any" : change(high)}`;
}

function row(metric: Metric): string[] {
  const { title, format } = shown[metric.name];
  const { baseline, candidate, ratio, verdict } = metric;
  const changed = ratio === null ? "from none" : change(ratio);
  return [title, format(baseline), format(candidate), changed, interval(metric), verdict];
}

/** A comparison for people: the verdict last, where it is looked for. */
export function comparisonText(comparison: Comparison): string {
  const { baseline, candidate, metrics, notes, threshold, verdict } = comparison;
  const head = ["", "baseline", "candidate", "change", "95 % interval", ""];
  return [
    `baseline   ${baseline.scenarioName}  ${baseline.id}  ${baseline.startedAt ?? ""}`,
    `candidate  ${candidate.scenarioName}  ${candidate.id}  ${candidate.startedAt ?? ""}`,
    "",
    textTable([head, ...metrics.map(row)], [1, 2, 3]),
    "",
    ...notes.map((note) => `! ${note}`),
    `verdict: ${verdict} (differences above ${formatPercent(threshold)} count)`,
  ].join("\n");
}
