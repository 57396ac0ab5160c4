import { countSeries, errorColor, statusColor } from "../../chart/countSeries.ts";
import type { ChartRow, Series } from "../../chart/rows.ts";
import { formatCount, formatMs, formatRate, formatShort } from "../../format/numbers.ts";
import { LATENESS_LIMIT_MS } from "../../metrics/secondFaults.ts";
import type { Html } from "./html.ts";
import type { ReportPoint } from "./reportPoints.ts";
import { type Band, timeChart, type TimeChart } from "./timeChart.ts";

/** The charts over time of a report, from its points. */

export interface ChartInput {
  points: readonly ReportPoint[];
  /** How long there was load; infinite while nobody knows. */
  loadedSeconds: number;
  /** Whether some load is given as a rate, and some as users. */
  hasRate: boolean;
  hasUsers: boolean;
}

type Values = (point: ReportPoint) => (number | null)[];

/** A row per point in its middle; an empty one where seconds are missing, so that lines break. */
function rowsOf(points: readonly ReportPoint[], series: readonly Series[], values: Values) {
  const rows: ChartRow[] = [];
  let expected = points[0]?.second ?? 0;
  const row = (at: number, cells: readonly (number | null)[]) => {
    const out: ChartRow = { at };
    series.forEach(({ key }, i) => (out[key] = cells[i] ?? null));
    rows.push(out);
  };
  for (const point of points) {
    if (point.second > expected) row(expected, []);
    row(point.second + point.seconds / 2, values(point));
    expected = point.second + point.seconds;
  }
  return rows;
}

const bandKinds: readonly {
  color: string;
  text: string;
  of(point: ReportPoint): string | undefined;
}[] = [
  {
    ...{ color: "var(--c-violet)", text: "the generator was at its limit" },
    of: ({ bad }) => (bad.length > 0 ? bad.join("; ") : undefined),
  },
  {
    ...{ color: "var(--c-red)", text: "lost with a worker" },
    of: ({ lost }) => (lost > 0 ? `${formatCount(lost)} arrivals` : undefined),
  },
  {
    ...{ color: "var(--c-amber)", text: "closed without word from every worker" },
    of: ({ partial }) => (partial ? "" : undefined),
  },
];

/** Seconds that the reader of a chart has to know about. */
export function reportBands(points: readonly ReportPoint[]): Band[] {
  return bandKinds.flatMap(({ color, text, of }) =>
    points.flatMap((point) => {
      const detail = of(point);
      if (detail === undefined) return [];
      const to = point.second + point.seconds;
      return [{ from: point.second, to, color, text: detail === "" ? text : `${text}: ${detail}` }];
    }),
  );
}

const line = (key: string, label: string, color: string): Series => ({
  ...{ key, label, color: `var(--c-${color})`, shape: "line" },
});

const noneIf = (isNone: boolean, values: (number | null)[]) => (isNone ? [] : values);

function percentiles(kind: "response" | "service"): Pick<TimeChart, "series"> & { values: Values } {
  const series = [
    line("p50", "p50", "teal"),
    line("p95", "p95", "amber"),
    line("p99", "p99", "violet"),
  ];
  // Nothing measured is a gap, not a latency of zero.
  const values: Values = ({ [kind]: { count, p50, p95, p99 } }) =>
    noneIf(count === 0, [p50, p95, p99]);
  return { series, values };
}

function counted(points: readonly ReportPoint[], field: "statusCodes" | "errors") {
  const color = field === "errors" ? errorColor : statusColor;
  const { series, value } = countSeries(
    points.map((point) => point[field]),
    color,
  );
  const values: Values = (point) =>
    series.map(({ key }) => value(point[field], key) / point.seconds);
  return { series, values };
}

interface Chart {
  title: string;
  unit: string;
  series: readonly Series[];
  values: Values;
  format?: (value: number) => string;
}

const perSecond = "per second";
const inMs = { unit: "", format: formatMs };

function charts(points: readonly ReportPoint[], { hasRate, hasUsers }: ChartInput): Chart[] {
  const hasDrops = points.some(({ dropped }) => dropped > 0);
  const hasErrors = points.some(({ errors }) => Object.keys(errors).length > 0);
  const sum = (point: ReportPoint) => point.steps.reduce((all, { failed }) => all + failed, 0);
  return [
    {
      ...{ title: "Throughput", unit: perSecond },
      series: [
        { ...line("sent", "sent", "blue"), shape: "area" },
        // Users follow no plan: a line at zero would say that nothing was to be sent.
        ...(hasRate ? [{ ...line("planned", "planned arrivals", "gray"), dashed: true }] : []),
        line("failed", "failed", "red"),
        ...(hasDrops ? [line("dropped", "dropped", "amber")] : []),
      ],
      values: (point) =>
        [
          point.sent,
          ...(hasRate ? [point.planned] : []),
          sum(point),
          ...(hasDrops ? [point.dropped] : []),
        ].map((count) => count / point.seconds),
    },
    { title: "Response time, from due", ...inMs, ...percentiles("response") },
    { title: "Service time, from sent", ...inMs, ...percentiles("service") },
    { title: "Status codes", unit: perSecond, ...counted(points, "statusCodes") },
    ...(hasErrors ? [{ title: "Errors", unit: perSecond, ...counted(points, "errors") }] : []),
    {
      ...{ title: hasUsers ? "Users and requests in flight" : "In flight", unit: "highest" },
      series: [
        { ...line("inFlight", "in flight", "blue"), shape: "area" },
        line("connections", "connections", "violet"),
        ...(hasUsers ? [line("users", "users", "teal")] : []),
      ],
      values: ({ inFlight, connections, users }) => [
        ...[inFlight, connections],
        ...(hasUsers ? [users] : []),
      ],
    },
    {
      ...{ title: "Lateness of the generator", unit: "p99", format: formatMs },
      series: [
        { ...line("lateness", "lateness p99", "teal"), shape: "area" },
        { ...line("limit", "suspect above", "red"), dashed: true },
      ],
      values: ({ latenessP99Ms }) => [latenessP99Ms, LATENESS_LIMIT_MS],
    },
  ];
}

/**
 * Points of which the load was a part worth drawing: what comes after it, and a second that it only
 * touched, would let every curve fall as if the target had.
 */
export const loadedPoints = ({ points, loadedSeconds }: ChartInput): readonly ReportPoint[] =>
  points.filter(({ second }, i) => i === 0 || second <= loadedSeconds - 0.5);

/** Every chart over time; none when there are no seconds. */
export function timeCharts(input: ChartInput): Html[] {
  const points = loadedPoints(input);
  const last = points.at(-1);
  if (last === undefined) return [];
  const bands = reportBands(points);
  return charts(points, input).map(({ title, unit, series, values, format }) =>
    timeChart({
      ...{
        title,
        unit,
        series,
        bands,
        span: points[0]?.seconds ?? 1,
        to: last.second + last.seconds,
      },
      rows: rowsOf(points, series, values),
      format: format ?? formatRate,
      formatAxis: format ?? formatShort,
    }),
  );
}
