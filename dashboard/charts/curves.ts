import type { Preview } from "@onrush/shared/api/scenarioApi.ts";
import type { Load } from "@onrush/shared/scenario/load.ts";
import { scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { curvePoints } from "@onrush/shared/schedule/rateCurve.ts";
import type { ChartRow, Series } from "./rows.ts";
import { thinLines } from "./thin.ts";

/** Corners of a rate curve, seconds ascending; a step is two points at the same second. */
export interface Curve {
  name: string;
  points: readonly { seconds: number; rps: number }[];
}

/** The rate just before (`side` 0) or from (`side` 1) a moment; 0 outside the curve. */
function rateAt(points: Curve["points"], seconds: number, side: 0 | 1): number {
  const here = points.filter((point) => point.seconds === seconds);
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return 0;
  if (seconds < first.seconds || seconds > last.seconds) return 0;
  if (seconds === first.seconds && side === 0) return 0;
  if (seconds === last.seconds && side === 1) return 0;
  const corner = side === 0 ? here[0] : here.at(-1);
  if (corner !== undefined) return corner.rps;
  const next = points.findIndex((point) => point.seconds > seconds);
  const [a, b] = [points[next - 1], points[next]];
  if (a === undefined || b === undefined) return 0;
  return a.rps + ((b.rps - a.rps) * (seconds - a.seconds)) / (b.seconds - a.seconds);
}

/** All curves over the union of their corners; where one steps, two rows at the same second. */
export function mergeCurves(curves: readonly Curve[]): ChartRow[] {
  const moments = new Set(curves.flatMap((curve) => curve.points.map((p) => p.seconds)));
  return [...moments]
    .sort((a, b) => a - b)
    .flatMap((at, i, all) => {
      const sides = ([0, 1] as const).map((side) => {
        const row: ChartRow = { at };
        for (const { name, points } of curves) row[name] = rateAt(points, at, side);
        return row;
      });
      // Nothing comes before the first moment nor after the last.
      if (i === 0) return sides.slice(1);
      if (i === all.length - 1) return sides.slice(0, 1);
      const steps = curves.some(({ name }) => sides[0]?.[name] !== sides[1]?.[name]);
      return steps ? sides : sides.slice(1);
    });
}

const colors = ["blue", "teal", "violet", "amber", "green", "orange", "crimson", "lime"];

export interface PreviewChart {
  rows: ChartRow[];
  series: Series[];
  /** The highest rate of all workloads together, arrivals per second. */
  peakRps: number;
}

const height = (row: ChartRow, keys: readonly string[]) =>
  keys.reduce((sum, key) => sum + (row[key] ?? 0), 0);

/** The rate curve of a preview, workloads stacked to the total. */
export function previewChart(preview: Preview): PreviewChart {
  const curves = preview.workloads.map((workload) => ({
    name: workload.name,
    points: workload.points.map(({ seconds, rps }) => ({
      seconds: seconds + workload.startSecond,
      rps,
    })),
  }));
  const rows = mergeCurves(curves);
  const series = curves.map<Series>(({ name }, i) => ({
    key: name,
    label: name,
    color: `var(--c-${colors[i % colors.length] ?? "blue"})`,
    // One curve is drawn with its outline, several are stacked to their total.
    shape: curves.length === 1 ? "area" : "stack",
  }));
  const keys = curves.map(({ name }) => name);
  const peakRps = Math.max(0, ...rows.map((row) => height(row, keys)));
  return { rows: rows.length > 600 ? thinLines(rows, keys) : rows, series, peakRps };
}

/** The rate or, in closed workloads, the number of users. */
function loadPoints(load: Load): { seconds: number; rps: number }[] {
  if (load.type !== "iterations") return curvePoints(load.curve);
  return [0, load.maxDurationMs / 1000].map((seconds) => ({ seconds, rps: load.concurrency }));
}

/** The total rate of a stored scenario, for a small picture. */
export function scenarioCurve(scenario: Scenario): { at: number; value: number }[] {
  const workloads = scenarioWorkloads(scenario);
  const curves = workloads.map(({ startMs, load }, i) => ({
    name: `w${i}`,
    points: loadPoints(load).map(({ seconds, rps }) => ({
      seconds: seconds + startMs / 1000,
      rps,
    })),
  }));
  const keys = curves.map(({ name }) => name);
  return thinLines(mergeCurves(curves), keys, 200).map((row) => ({
    at: row.at,
    value: height(row, keys),
  }));
}
