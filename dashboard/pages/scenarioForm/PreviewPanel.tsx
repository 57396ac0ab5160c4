import type { Preview } from "@onrush/shared/api/scenarioApi.ts";
import { Alert, Loader } from "@mantine/core";
import { useMemo, useState } from "react";
import { Legend } from "../../charts/Legend.tsx";
import { type PreviewChart, previewCharts } from "../../charts/previewCharts.ts";
import { TimeChart } from "../../charts/TimeChart.tsx";
import { Panel } from "../../components/Panel.tsx";
import { formatRate, formatShort } from "@onrush/shared/format/numbers.ts";
import { previewFacts } from "./previewFacts.ts";

interface PreviewPanelProps {
  preview: Preview | undefined;
  busy: boolean;
  /** True when the curve belongs to an earlier state of the form. */
  stale: boolean;
}

const noWorkloads: Preview = {
  ...{ durationSeconds: 0, totalIterations: 0, totalRequests: 0, warnings: [] },
  workloads: [],
};

/** What the controller would plan: the rate and the users over time, with their totals. */
export function PreviewPanel({ preview, busy, stale }: PreviewPanelProps) {
  const charts = useMemo(() => previewCharts(preview ?? noWorkloads), [preview]);
  const { rate, users } = charts;
  const both = rate !== undefined && users !== undefined;
  const title = both ? "Rate and users" : users === undefined ? "Rate" : "Users";
  const unit = users === undefined ? "arrivals per second" : "at work at the same time";
  const to = preview?.durationSeconds ?? 0;
  const height = both ? 160 : 230;
  return (
    <Panel
      title={title}
      note={stale ? "of the last valid state" : both ? undefined : unit}
      controls={busy ? <Loader size={14} /> : undefined}
      testId="preview"
    >
      {preview === undefined ? (
        <div className="dimmed" style={{ height: 300, padding: 12, fontSize: 13 }}>
          The curve appears as soon as the load is complete.
        </div>
      ) : (
        <div style={{ opacity: stale ? 0.5 : 1 }}>
          {rate !== undefined && (
            <Curve chart={rate} kind="rate" to={to} height={height} caption={both} />
          )}
          {users !== undefined && (
            <Curve chart={users} kind="users" to={to} height={height} caption={both} />
          )}
          <div className="facts">
            {previewFacts(preview, charts).map(({ id, value, label }) => (
              <div key={id}>
                <b className="num" data-testid={`preview-${id}`}>
                  {value}
                </b>
                <span>{label}</span>
              </div>
            ))}
          </div>
          {preview.warnings.map((warning) => (
            <Alert key={warning} color="yellow" py={6} mx={12} mb={8} data-testid="preview-warning">
              {warning}
            </Alert>
          ))}
        </div>
      )}
    </Panel>
  );
}

/** How each kind of curve is named and written. */
const kinds = {
  rate: {
    label: "Planned rate over time",
    caption: "arrivals per second",
    format: (value: number) => `${formatRate(value)}/s`,
    formatAxis: (value: number) => `${formatShort(value)}/s`,
  },
  users: {
    label: "Planned users over time",
    caption: "users",
    // The curve rises by fractions; a user is there from its whole number on.
    format: (value: number) => `${formatShort(value)} users`,
    formatAxis: formatShort,
  },
};

interface CurveProps {
  chart: PreviewChart;
  kind: keyof typeof kinds;
  to: number;
  height: number;
  /** True when another curve stands beside it. */
  caption: boolean;
}

function Curve({ chart, kind, to, height, caption }: CurveProps) {
  const words = kinds[kind];
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(
    () => chart.series.filter((series) => !hidden.has(series.key)),
    [chart, hidden],
  );
  const toggle = (key: string) =>
    setHidden((old) => new Set(old.has(key) ? [...old].filter((k) => k !== key) : [...old, key]));
  return (
    <figure style={{ margin: 0 }} aria-label={words.label} data-testid={`chart-preview-${kind}`}>
      {caption && <figcaption className="chart-caption">{words.caption}</figcaption>}
      <TimeChart
        rows={chart.rows}
        series={shown}
        from={0}
        to={to}
        format={words.format}
        formatAxis={words.formatAxis}
        height={height}
      />
      {(caption || chart.series.length > 1) && (
        <Legend series={chart.series} hidden={hidden} onToggle={toggle} latest={() => undefined} />
      )}
    </figure>
  );
}
