import type { Preview } from "@onrush/shared/api/scenarioApi.ts";
import { type Curve, later, mergeCurves, rowHeight } from "./curves.ts";
import type { ChartRow, Series } from "@onrush/shared/chart/rows.ts";
import { thinLines } from "./thin.ts";

const colors = ["blue", "teal", "violet", "amber", "green", "orange", "crimson", "lime"];

export interface PreviewChart {
  rows: ChartRow[];
  series: Series[];
  /** The highest of all workloads together: arrivals per second, or users. */
  peak: number;
}

export interface PreviewCharts {
  /** Workloads whose schedule is a rate; undefined when there are none. */
  rate: PreviewChart | undefined;
  /** Workloads of users who begin when they are ready. */
  users: PreviewChart | undefined;
}

type PreviewWorkload = Preview["workloads"][number];

/** Users have a curve of users, or at least no total that is known before. */
export const isOfUsers = ({ total, userPoints }: PreviewWorkload) =>
  total === null || userPoints.length > 0;

interface ColoredCurve extends Curve {
  color: string;
}

function chartOf(curves: readonly ColoredCurve[]): PreviewChart | undefined {
  if (curves.length === 0) return undefined;
  const rows = mergeCurves(curves);
  const series = curves.map<Series>(({ name, color }) => ({
    ...{ key: name, label: name, color },
    // One curve is drawn with its outline, several are stacked to their total.
    shape: curves.length === 1 ? "area" : "stack",
  }));
  const keys = curves.map(({ name }) => name);
  const peak = Math.max(0, ...rows.map((row) => rowHeight(row, keys)));
  return { rows: rows.length > 600 ? thinLines(rows, keys) : rows, series, peak };
}

/** The curves of a preview by their unit, workloads stacked to the total. */
export function previewCharts({ workloads }: Preview): PreviewCharts {
  // Users alone have the colour they have on other pages.
  const firstColor = workloads.every(isOfUsers) ? 1 : 0;
  const curves = workloads.map((workload, i) => {
    const ofUsers = isOfUsers(workload);
    const points = ofUsers
      ? workload.userPoints.map(({ seconds, users }) => ({ seconds, value: users }))
      : workload.points.map(({ seconds, rps }) => ({ seconds, value: rps }));
    return {
      ...{ ofUsers, name: workload.name, points: later(points, workload.startSecond) },
      color: `var(--c-${colors[(i + firstColor) % colors.length] ?? "blue"})`,
    };
  });
  return {
    rate: chartOf(curves.filter(({ ofUsers }) => !ofUsers)),
    users: chartOf(curves.filter(({ ofUsers }) => ofUsers)),
  };
}
