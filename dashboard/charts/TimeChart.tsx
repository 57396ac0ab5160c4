import { useId, useMemo } from "react";
import {
  Area,
  CartesianGrid,
  ComposedChart,
  type DotItemDotProps,
  Line,
  ReferenceArea,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { formatClock } from "@onrush/shared/format/numbers.ts";
import { ChartTooltip } from "./ChartTooltip.tsx";
import { lonePoints } from "./lonePoints.ts";
import type { Mark } from "./marks.ts";
import type { Span } from "./range.ts";
import type { ChartRow, Series } from "@onrush/shared/chart/rows.ts";
import { timeTicks } from "@onrush/shared/chart/timeTicks.ts";
import { useDragZoom } from "./useDragZoom.ts";
import { highest, valueTicks } from "@onrush/shared/chart/valueTicks.ts";

export interface TimeChartProps extends Span {
  rows: ChartRow[];
  series: readonly Series[];
  marks?: readonly Mark[];
  format: (value: number) => string;
  formatAxis: (value: number) => string;
  /** Charts with the same id share their crosshair. */
  syncId?: string;
  height: number;
  onZoom?: (span: Span) => void;
}

const markColor: Record<Mark["kind"], string> = {
  partial: "var(--c-amber)",
  lost: "var(--c-red)",
  bad: "var(--c-violet)",
  sla: "var(--c-red)",
};
const noMarks: readonly Mark[] = [];
const margin = { top: 6, right: 18, bottom: 0, left: 0 };
const axisText = { fontSize: 11, fill: "var(--axis)" };
const cursor = { stroke: "var(--axis)", strokeDasharray: "3 3" };

/** Draws lines, areas and stacks over time; knows nothing of runs. */
export function TimeChart(props: TimeChartProps) {
  const { rows, series, marks = noMarks, from, to, format, formatAxis, height, onZoom } = props;
  const stackId = useId();
  const ticks = useMemo(() => timeTicks(from, to, 7), [from, to]);
  const values = useMemo(() => valueTicks(highest(rows, series)), [rows, series]);
  const rowAt = useMemo(() => new Map(rows.map((row) => [row.at, row])), [rows]);
  const { drag, handlers } = useDragZoom(onZoom);
  const sync = props.syncId === undefined ? {} : { syncId: props.syncId };
  return (
    <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 400, height }}>
      <ComposedChart data={rows} margin={margin} syncMethod="value" {...sync} {...handlers}>
        <CartesianGrid stroke="var(--grid)" vertical={false} />
        <XAxis
          dataKey="at"
          type="number"
          domain={[from, to]}
          ticks={ticks}
          tickFormatter={formatClock}
          tick={axisText}
          tickLine={false}
          axisLine={{ stroke: "var(--grid)" }}
          height={22}
          allowDataOverflow
        />
        <YAxis
          width={62}
          tick={axisText}
          tickFormatter={formatAxis}
          tickLine={false}
          axisLine={false}
          domain={[0, values.at(-1) ?? 1]}
          ticks={values}
        />
        {marks.map((mark) => (
          <ReferenceArea
            key={`${mark.kind}${mark.from}`}
            x1={Math.max(from, mark.from)}
            x2={Math.min(to, mark.to)}
            fill={markColor[mark.kind]}
            fillOpacity={0.16}
          />
        ))}
        {series.map((one) => drawSeries(one, stackId, rows))}
        {drag !== undefined && (
          <ReferenceArea x1={drag.from} x2={drag.to} fill="var(--c-blue)" fillOpacity={0.15} />
        )}
        <Tooltip
          isAnimationActive={false}
          cursor={cursor}
          wrapperStyle={{ zIndex: 5 }}
          content={({ active, label }) => {
            const row = active ? rowAt.get(Number(label)) : undefined;
            if (row === undefined) return null;
            return <ChartTooltip row={row} series={series} marks={marks} format={format} />;
          }}
        />
      </ComposedChart>
    </ResponsiveContainer>
  );
}

/** A dot at each point, or at those alone that no line reaches. */
function dotsOf({ key, color, dots }: Series, rows: readonly ChartRow[]) {
  const dot = { r: 2, strokeWidth: 0, fill: color };
  if (dots === true) return dot;
  const lone = lonePoints(rows, key);
  if (lone.size === 0) return false;
  return ({ key: dotKey, cx, cy, payload }: DotItemDotProps) => {
    const { at } = payload as ChartRow;
    return lone.has(at) ? <circle key={dotKey} cx={cx} cy={cy} {...dot} /> : <g key={dotKey} />;
  };
}

function drawSeries(one: Series, stackId: string, rows: readonly ChartRow[]) {
  const { key, label, color, shape, dashed } = one;
  const common = {
    dataKey: key,
    name: label,
    stroke: color,
    strokeWidth: 1.5,
    dot: dotsOf(one, rows),
    activeDot: { r: 3, strokeWidth: 0 },
    isAnimationActive: false,
    type: "linear",
  } as const;
  if (shape === "line") {
    return <Line key={key} {...common} {...(dashed === true ? { strokeDasharray: "5 4" } : {})} />;
  }
  if (shape === "stack") {
    // Without outlines: a part that is zero must not draw a line over the others.
    const stack = { ...common, strokeWidth: 0, stackId, fill: color, fillOpacity: 0.7 };
    return <Area key={key} {...stack} />;
  }
  return <Area key={key} {...common} fill={color} fillOpacity={0.16} />;
}
