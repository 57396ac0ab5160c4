import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { Phase } from "@onrush/shared/metrics/phases.ts";
import { LATENESS_LIMIT_MS } from "@onrush/shared/metrics/secondFaults.ts";
import { openingPhases, requestPhases } from "@onrush/shared/format/phaseKinds.ts";
import { type Mark, secondMarks } from "./marks.ts";
import { type Range, resolveRange, type Span } from "./range.ts";
import type { ChartData, ChartRow, Series } from "@onrush/shared/chart/rows.ts";
import { countSeries, errorColor, statusColor } from "@onrush/shared/chart/countSeries.ts";
import { phaseSeries } from "./phaseSeries.ts";
import { requestCounts } from "./requestCounts.ts";
import { thinLines, thinStack } from "./thin.ts";

export type LatencyKind = "response" | "service";

/** Everything the charts of a run draw: data and range together, so that one change is one render. */
export interface RunCharts extends Span {
  throughput: ChartData;
  latency: ChartData;
  statusCodes: ChartData;
  errors: ChartData;
  load: ChartData;
  lateness: ChartData;
  phases: ChartData;
  marks: Mark[];
}

/** Rows by second; one empty row where seconds are missing, so that lines break there. */
function rowsOf(
  seconds: readonly SecondView[],
  keys: readonly string[],
  values: (second: SecondView) => (number | null)[],
): ChartRow[] {
  const rows: ChartRow[] = [];
  let expected = seconds[0]?.second ?? 0;
  for (const second of seconds) {
    if (second.second > expected) rows.push(row(expected, keys, []));
    rows.push(row(second.second, keys, values(second)));
    expected = second.second + 1;
  }
  return rows;
}

function row(at: number, keys: readonly string[], values: readonly (number | null)[]): ChartRow {
  const out: ChartRow = { at };
  keys.forEach((key, i) => (out[key] = values[i] ?? null));
  return out;
}

function lines(
  seconds: readonly SecondView[],
  series: Series[],
  values: (second: SecondView) => (number | null)[],
): ChartData {
  const keys = series.map((one) => one.key);
  return { series, rows: thinLines(rowsOf(seconds, keys, values), keys) };
}

const plannedSeries: Series = {
  ...{ key: "planned", label: "planned arrivals", color: "var(--c-gray)" },
  ...{ shape: "line", dashed: true },
};

function throughput(seconds: readonly SecondView[], hasRate: boolean): ChartData {
  const series: Series[] = [
    { key: "sent", label: "sent", color: "var(--c-blue)", shape: "area" },
    // Users follow no plan: a line at zero would say that nothing was to be sent.
    ...(hasRate ? [plannedSeries] : []),
    { key: "failed", label: "failed", color: "var(--c-red)", shape: "line" },
  ];
  const dropped = seconds.some((second) => second.dropped > 0);
  if (dropped) {
    series.push({ key: "dropped", label: "dropped", color: "var(--c-amber)", shape: "line" });
  }
  return lines(seconds, series, (s) => [
    s.sent,
    ...(hasRate ? [s.planned] : []),
    requestCounts(s).failed,
    s.dropped,
  ]);
}

const latencySeries: Series[] = [
  { key: "p50", label: "p50", color: "var(--c-teal)", shape: "line" },
  { key: "p95", label: "p95", color: "var(--c-amber)", shape: "line" },
  { key: "p99", label: "p99", color: "var(--c-violet)", shape: "line" },
];

function latency(seconds: readonly SecondView[], kind: LatencyKind): ChartData {
  return lines(seconds, latencySeries, (second) => {
    const { count, p50, p95, p99 } = second[kind];
    // Nothing measured is a gap, not a latency of zero.
    return count === 0 ? [] : [p50, p95, p99];
  });
}

const loadSeries: Series[] = [
  { key: "inFlight", label: "in flight", color: "var(--c-blue)", shape: "area" },
  { key: "connections", label: "connections", color: "var(--c-violet)", shape: "line" },
];

const usersSeries: Series = {
  ...{ key: "users", label: "users", color: "var(--c-teal)", shape: "line" },
};

function load(seconds: readonly SecondView[], hasUsers: boolean): ChartData {
  if (!hasUsers) return lines(seconds, loadSeries, (s) => [s.inFlight, s.connections]);
  const series = [...loadSeries, usersSeries];
  return lines(seconds, series, (s) => [s.inFlight, s.connections, s.users]);
}

function phaseChart(seconds: readonly SecondView[]): ChartData {
  const isSeen = (phase: Phase) => seconds.some((second) => second.phases[phase]);
  const stacked = requestPhases.filter(isSeen);
  const opening = openingPhases.filter(isSeen);
  const seen = [...stacked, ...opening];
  // A second in which no connection was opened has no point, not an opening in no time.
  const rows = rowsOf(seconds, seen, (s) => [
    ...stacked.map((phase) => s.phases[phase] ?? 0),
    ...opening.map((phase) => s.phases[phase] ?? null),
  ]);
  return { series: phaseSeries(seen), rows: thinStack(rows, stacked) };
}

const latenessSeries: Series[] = [
  { key: "lateness", label: "lateness p99", color: "var(--c-teal)", shape: "area" },
  { key: "limit", label: "suspect above", color: "var(--c-red)", shape: "line", dashed: true },
];

function counts(
  seconds: readonly SecondView[],
  field: "statusCodes" | "errors",
  color: (name: string, index: number) => string,
): ChartData {
  const { series, value } = countSeries(
    seconds.map((second) => second[field]),
    color,
  );
  const keys = series.map((one) => one.key);
  const rows = rowsOf(seconds, keys, (second) => keys.map((key) => value(second[field], key)));
  return { series, rows: thinStack(rows, keys) };
}

export interface RunChartsInput {
  seconds: readonly SecondView[];
  range: Range;
  latencyKind: LatencyKind;
  plannedSeconds: number;
  /** How long the load lasted; null while it may go on. */
  loadSeconds?: number | null;
  /** Whether some load is given as a rate, and some as users. */
  hasRate: boolean;
  hasUsers: boolean;
}

/** Without the seconds after the load: in them no rate fell to zero, there was none. */
function withoutTail(seconds: readonly SecondView[], loadSeconds: number | null) {
  if (loadSeconds === null) return seconds;
  const end = Math.floor(loadSeconds);
  return seconds.filter(
    ({ second, planned, started, sent, response }) =>
      second < end || planned + started + sent + response.count > 0,
  );
}

/** From a run's seconds to what its charts draw. */
export function runCharts({
  seconds,
  range,
  latencyKind,
  plannedSeconds,
  loadSeconds = null,
  hasRate,
  hasUsers,
}: RunChartsInput): RunCharts {
  const span = resolveRange(range, seconds.at(-1)?.second ?? -1, plannedSeconds);
  const shown = seconds.filter(({ second }) => second >= span.from && second <= span.to);
  const loaded = withoutTail(shown, loadSeconds);
  return {
    ...span,
    throughput: throughput(loaded, hasRate),
    latency: latency(shown, latencyKind),
    statusCodes: counts(loaded, "statusCodes", statusColor),
    errors: counts(loaded, "errors", errorColor),
    load: load(shown, hasUsers),
    lateness: lines(shown, latenessSeries, (s) => [s.latenessP99Ms, LATENESS_LIMIT_MS]),
    phases: phaseChart(shown),
    marks: secondMarks(shown),
  };
}
