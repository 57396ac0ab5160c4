import type { ChartRow, Series } from "../../chart/rows.ts";
import { timeTicks } from "../../chart/timeTicks.ts";
import { highest, valueTicks } from "../../chart/valueTicks.ts";
import { formatClock } from "../../format/numbers.ts";
import { html, type Html } from "./html.ts";
import { axes, drawing, figure, PLOT, type Scale, xScale, yScale } from "./plot.ts";

/** A stretch of time that is shaded, with what was there. */
export interface Band {
  from: number;
  to: number;
  color: string;
  text: string;
}

export interface TimeChart {
  title: string;
  unit: string;
  rows: readonly ChartRow[];
  series: readonly Series[];
  /** Seconds that each row stands for. */
  span: number;
  to: number;
  bands: readonly Band[];
  format(value: number): string;
  formatAxis(value: number): string;
}

type Point = readonly [x: number, top: number, bottom: number];

/** Rows without a value break a line. */
function segments(
  rows: readonly ChartRow[],
  point: (row: ChartRow) => Point | undefined,
): Point[][] {
  const all: Point[][] = [[]];
  for (const row of rows) {
    const next = point(row);
    if (next !== undefined) all.at(-1)?.push(next);
    else if (all.at(-1)?.length !== 0) all.push([]);
  }
  return all.filter((segment) => segment.length > 0);
}

const along = (points: readonly Point[]) => points.map(([x, y]) => `${x},${y}`).join(" ");

function line(points: readonly Point[], { color, dashed }: Series): Html {
  const [first] = points;
  if (points.length === 1 && first !== undefined) {
    return html`<circle cx="${first[0]}" cy="${first[1]}" r="2.5" fill="${color}" />`;
  }
  const dash = dashed === true ? html` stroke-dasharray="5 4"` : "";
  return html`<polyline points="${along(points)}" class="line" stroke="${color}" ${dash} />`;
}

function area(points: readonly Point[], color: string, opacity: number): Html {
  const back = points.toReversed().map(([x, , bottom]) => `${x},${bottom}`);
  // One second alone has no width of its own.
  const [only] = points.length === 1 ? points : [];
  const shape =
    only === undefined
      ? `${along(points)} ${back.join(" ")}`
      : `${only[0] - 2},${only[1]} ${only[0] + 2},${only[1]} ${only[0] + 2},${only[2]} ${only[0] - 2},${only[2]}`;
  return html`<polygon points="${shape}" fill="${color}" fill-opacity="${opacity}" />`;
}

function shapes({ rows, series }: TimeChart, x: Scale, y: Scale): Html[] {
  const stacked = new Map<ChartRow, number>();
  return series.flatMap((one) => {
    const { key, shape, color } = one;
    const parts = segments(rows, (row) => {
      const value = row[key] ?? null;
      if (value === null) return undefined;
      const below = shape === "stack" ? (stacked.get(row) ?? 0) : 0;
      if (shape === "stack") stacked.set(row, below + value);
      return [x(row.at), y(below + value), y(below)];
    });
    switch (shape) {
      case "line":
        return parts.map((points) => line(points, one));
      case "stack":
        return parts.map((points) => area(points, color, 0.7));
      case "area":
        return parts.flatMap((points) => [area(points, color, 0.16), line(points, one)]);
    }
  });
}

/** What pointing at a moment tells, without any script. */
function tooltips({ rows, series, span, format }: TimeChart, x: Scale): Html[] {
  const { top, bottom } = PLOT;
  return rows.flatMap((row) => {
    const values = series.flatMap(({ key, label }) => {
      const value = row[key] ?? null;
      return value === null ? [] : [`${label} ${format(value)}`];
    });
    if (values.length === 0) return [];
    const [from, to] = [x(row.at - span / 2), x(row.at + span / 2)];
    const text = [formatClock(row.at - span / 2), ...values].join("\n");
    return [
      html`<rect x="${from}" y="${top}" width="${Math.max(0, to - from)}" height="${bottom - top}">
        <title>${text}</title>
      </rect>`,
    ];
  });
}

/** Lines, areas and stacks over the time of a run. */
export function timeChart(chart: TimeChart): Html {
  const { title, unit, rows, series, to, bands, formatAxis } = chart;
  const values = valueTicks(highest(rows, series));
  const x = xScale(0, to);
  const y = yScale(values.at(-1) ?? 1);
  const { top, bottom } = PLOT;
  const content = html`${axes(
      timeTicks(0, to, 7).map((at) => ({ at: x(at), label: formatClock(at) })),
      values.map((at) => ({ at: y(at), label: formatAxis(at) })),
    )}
    ${bands.map(({ from, to: end, color, text }) => {
      const [a, b] = [x(from), x(Math.min(to, end))];
      return html`<rect
        x="${a}"
        y="${top}"
        width="${Math.max(1, b - a)}"
        height="${bottom - top}"
        fill="${color}"
        fill-opacity="0.16"
        ><title>${text}</title></rect
      >`;
    })}
    ${shapes(chart, x, y)} <g class="zones">${tooltips(chart, x)}</g>`;
  return figure(title, unit, series, drawing(title, content));
}
