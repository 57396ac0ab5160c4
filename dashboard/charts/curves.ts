import type { Load } from "@onrush/shared/scenario/load.ts";
import { scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { curvePoints } from "@onrush/shared/schedule/rateCurve.ts";
import type { ChartRow } from "@onrush/shared/chart/rows.ts";
import { thinLines } from "./thin.ts";

export interface CurvePoint {
  seconds: number;
  value: number;
}

/** Corners of a curve of rate or users, seconds ascending; a step is two points at one second. */
export interface Curve {
  name: string;
  points: readonly CurvePoint[];
}

/** The value just before (`side` 0) or from (`side` 1) a moment; 0 outside the curve. */
function valueAt(points: Curve["points"], seconds: number, side: 0 | 1): number {
  const here = points.filter((point) => point.seconds === seconds);
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return 0;
  if (seconds < first.seconds || seconds > last.seconds) return 0;
  if (seconds === first.seconds && side === 0) return 0;
  if (seconds === last.seconds && side === 1) return 0;
  const corner = side === 0 ? here[0] : here.at(-1);
  if (corner !== undefined) return corner.value;
  const next = points.findIndex((point) => point.seconds > seconds);
  const [a, b] = [points[next - 1], points[next]];
  if (a === undefined || b === undefined) return 0;
  return a.value + ((b.value - a.value) * (seconds - a.seconds)) / (b.seconds - a.seconds);
}

/** All curves over the union of their corners; where one steps, two rows at the same second. */
export function mergeCurves(curves: readonly Curve[]): ChartRow[] {
  const moments = new Set(curves.flatMap((curve) => curve.points.map((p) => p.seconds)));
  return [...moments]
    .sort((a, b) => a - b)
    .flatMap((at, i, all) => {
      const sides = ([0, 1] as const).map((side) => {
        const row: ChartRow = { at };
        for (const { name, points } of curves) row[name] = valueAt(points, at, side);
        return row;
      });
      // Nothing comes before the first moment nor after the last.
      if (i === 0) return sides.slice(1);
      if (i === all.length - 1) return sides.slice(0, 1);
      const steps = curves.some(({ name }) => sides[0]?.[name] !== sides[1]?.[name]);
      return steps ? sides : sides.slice(1);
    });
}

/** All lines of a row on top of each other. */
export const rowHeight = (row: ChartRow, keys: readonly string[]) =>
  keys.reduce((sum, key) => sum + (row[key] ?? 0), 0);

export const later = (points: readonly CurvePoint[], bySeconds: number) =>
  points.map(({ seconds, value }) => ({ seconds: seconds + bySeconds, value }));

/** Corners of a load: its rate, or its number of users. */
function loadPoints(load: Load): CurvePoint[] {
  if (load.type === "iterations") {
    return [0, load.maxDurationMs / 1000].map((seconds) => ({ seconds, value: load.concurrency }));
  }
  return curvePoints(load.curve).map(({ seconds, rps }) => ({ seconds, value: rps }));
}

type SmallCurve = { at: number; value: number }[];

/**
 * The total rate and the total users of a stored scenario, for small pictures; empty where it has
 * none. The two have no common unit and are never added.
 */
export function scenarioCurves(scenario: Scenario): { rate: SmallCurve; users: SmallCurve } {
  const workloads = scenarioWorkloads(scenario);
  const small = (open: boolean): SmallCurve => {
    const chosen = workloads.filter(({ load }) => (load.type === "arrivals") === open);
    const curves = chosen.map(({ startMs, load }, i) => ({
      name: `w${i}`,
      points: later(loadPoints(load), startMs / 1000),
    }));
    const keys = curves.map(({ name }) => name);
    return thinLines(mergeCurves(curves), keys, 200).map((row) => ({
      at: row.at,
      value: rowHeight(row, keys),
    }));
  };
  return { rate: small(true), users: small(false) };
}
