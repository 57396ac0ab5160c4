import { formatClock } from "@onrush/shared/format/numbers.ts";
import type { Mark } from "./marks.ts";
import type { ChartRow, Series } from "@onrush/shared/chart/rows.ts";

interface ChartTooltipProps {
  row: ChartRow;
  series: readonly Series[];
  marks: readonly Mark[];
  format: (value: number) => string;
}

/** What a mark says at one second. */
function markTexts(mark: Mark, second: number): string[] {
  switch (mark.kind) {
    case "lost":
      return [`${mark.count} arrivals lost here`];
    case "partial":
      return ["partial: not every worker reported"];
    case "sla": {
      const reasons = mark.reasons?.get(second) ?? [];
      return reasons.map((reason) => `SLA broken: ${reason}`);
    }
    case "bad": {
      const reasons = mark.reasons?.get(second) ?? [];
      return reasons.map((reason) => `generator: ${reason}`);
    }
  }
}

export function ChartTooltip({ row, series, marks, format }: ChartTooltipProps) {
  const stack = series.filter((one) => one.shape === "stack");
  const total = stack.reduce((sum, one) => sum + (row[one.key] ?? 0), 0);
  const here = marks.filter((mark) => mark.from <= row.at && row.at <= mark.to);
  return (
    <div className="chart-tip">
      <strong className="num">{formatClock(row.at)}</strong>
      <dl>
        {series.map((one) => (
          <TipLine key={one.key} series={one} value={row[one.key] ?? null} format={format} />
        ))}
        {stack.length > 1 && (
          <>
            <span />
            <dt className="dimmed">together</dt>
            <dd className="num">{format(total)}</dd>
          </>
        )}
      </dl>
      {here.flatMap((mark) =>
        markTexts(mark, row.at).map((text) => (
          <div key={text} style={{ color: "var(--c-amber)", marginTop: 3 }}>
            {text}
          </div>
        )),
      )}
    </div>
  );
}

interface TipLineProps {
  series: Series;
  value: number | null;
  format: (value: number) => string;
}

function TipLine({ series, value, format }: TipLineProps) {
  return (
    <>
      <span className="swatch" style={{ background: series.color }} />
      <dt>{series.label}</dt>
      <dd className="num">{value === null ? "–" : format(value)}</dd>
    </>
  );
}
