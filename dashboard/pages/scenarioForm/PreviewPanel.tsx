import type { Preview } from "@onrush/shared/api/scenarioApi.ts";
import { Alert, Loader } from "@mantine/core";
import { useMemo, useState } from "react";
import { previewChart } from "../../charts/curves.ts";
import { Legend } from "../../charts/Legend.tsx";
import { TimeChart } from "../../charts/TimeChart.tsx";
import { Panel } from "../../components/Panel.tsx";
import { formatCount, formatDuration, formatRate, formatShort } from "../../format/numbers.ts";

interface PreviewPanelProps {
  preview: Preview | undefined;
  busy: boolean;
  /** True when the curve belongs to an earlier state of the form. */
  stale: boolean;
}

const rate = (value: number) => `${formatRate(value)}/s`;

/** The rate curve the controller would plan, with its totals. */
export function PreviewPanel({ preview, busy, stale }: PreviewPanelProps) {
  return (
    <Panel
      title="Rate curve"
      note={stale ? "of the last valid state" : "arrivals per second"}
      controls={busy ? <Loader size={14} /> : undefined}
      testId="preview"
    >
      {preview === undefined ? (
        <div className="dimmed" style={{ height: 300, padding: 12, fontSize: 13 }}>
          The curve appears as soon as the load is complete.
        </div>
      ) : (
        <div style={{ opacity: stale ? 0.5 : 1 }}>
          <Curve preview={preview} />
          <Totals preview={preview} />
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

function Curve({ preview }: { preview: Preview }) {
  const chart = useMemo(() => previewChart(preview), [preview]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(
    () => chart.series.filter((series) => !hidden.has(series.key)),
    [chart, hidden],
  );
  const toggle = (key: string) =>
    setHidden((old) => new Set(old.has(key) ? [...old].filter((k) => k !== key) : [...old, key]));
  return (
    <figure style={{ margin: 0 }} aria-label="Planned rate over time" data-testid="chart-preview">
      <TimeChart
        rows={chart.rows}
        series={shown}
        from={0}
        to={preview.durationSeconds}
        format={rate}
        formatAxis={(value) => `${formatShort(value)}/s`}
        height={230}
      />
      {chart.series.length > 1 && (
        <Legend series={chart.series} hidden={hidden} onToggle={toggle} latest={() => undefined} />
      )}
    </figure>
  );
}

function Totals({ preview }: { preview: Preview }) {
  const peak = useMemo(() => previewChart(preview).peakRps, [preview]);
  const { totalIterations, totalRequests, durationSeconds } = preview;
  return (
    <div className="facts">
      <div>
        <b className="num" data-testid="preview-total">
          {totalIterations === null ? "open" : formatCount(totalIterations)}
        </b>
        <span>arrivals in total</span>
      </div>
      {totalRequests !== totalIterations && (
        <div>
          <b className="num" data-testid="preview-requests">
            {totalRequests === null ? "open" : formatCount(totalRequests)}
          </b>
          <span>requests in total</span>
        </div>
      )}
      <div>
        <b className="num" data-testid="preview-peak">
          {rate(peak)}
        </b>
        <span>peak rate</span>
      </div>
      <div>
        <b className="num">
          {rate(durationSeconds > 0 ? (totalIterations ?? 0) / durationSeconds : 0)}
        </b>
        <span>on average</span>
      </div>
      <div>
        <b className="num">{formatDuration(durationSeconds)}</b>
        <span>of load</span>
      </div>
    </div>
  );
}
