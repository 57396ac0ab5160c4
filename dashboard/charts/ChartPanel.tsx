import { type ReactNode, useCallback, useMemo, useState } from "react";
import { Legend } from "./Legend.tsx";
import type { ChartData, Series } from "@onrush/shared/chart/rows.ts";
import { TimeChart, type TimeChartProps } from "./TimeChart.tsx";

interface ChartPanelProps extends Omit<TimeChartProps, "rows" | "series" | "height"> {
  title: ReactNode;
  /** Plain title for assistive technology. */
  label: string;
  unit: string;
  data: ChartData;
  testId: string;
  empty: string;
  controls?: ReactNode;
  height?: number;
  /** Whether the last values are of now: the legend tells them. */
  live?: boolean;
}

/** A chart in its frame: title, unit, controls, and a legend with the newest values. */
export function ChartPanel(props: ChartPanelProps) {
  const { title, label, unit, data, testId, empty, controls, height = 190, ...rest } = props;
  const { live = true, ...chart } = rest;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((key: string) => {
    setHidden((old) => {
      const next = new Set(old);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  }, []);
  const shown = useMemo(
    () => data.series.filter((one) => !hidden.has(one.key)),
    [data.series, hidden],
  );
  const latest = (series: Series) => {
    const value = data.rows.at(-1)?.[series.key] ?? null;
    return value === null || !live ? undefined : chart.format(value);
  };
  const isEmpty = data.rows.length === 0 || data.series.length === 0;
  return (
    <figure className="panel" style={{ margin: 0 }} aria-label={label} data-testid={testId}>
      <div className="panel-head">
        <h2>{title}</h2>
        <span className="unit">{unit}</span>
        <div style={{ marginLeft: "auto" }}>{controls}</div>
      </div>
      {isEmpty ? (
        <div className="dimmed" style={{ height: height + 20, padding: 12, fontSize: 13 }}>
          {empty}
        </div>
      ) : (
        <>
          <TimeChart {...chart} rows={data.rows} series={shown} height={height} />
          <Legend series={data.series} hidden={hidden} onToggle={toggle} latest={latest} />
        </>
      )}
    </figure>
  );
}
