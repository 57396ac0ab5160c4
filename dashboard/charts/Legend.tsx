import type { Series } from "@onrush/shared/chart/rows.ts";

interface LegendProps {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  onToggle: (key: string) => void;
  /** The newest value of a line, with its unit. */
  latest: (series: Series) => string | undefined;
}

/** The names of the lines; pressing one hides or shows it. */
export function Legend({ series, hidden, onToggle, latest }: LegendProps) {
  if (series.length === 0) return null;
  return (
    <div className="legend">
      {series.map((one) => (
        <button
          key={one.key}
          type="button"
          aria-pressed={!hidden.has(one.key)}
          onClick={() => onToggle(one.key)}
        >
          <Swatch series={one} />
          {one.label}
          <span className="value num">{latest(one)}</span>
        </button>
      ))}
    </div>
  );
}

function Swatch({ series }: { series: Series }) {
  if (series.dashed === true) {
    return <i className="swatch dashed" style={{ borderColor: series.color }} />;
  }
  return <i className="swatch" style={{ background: series.color }} />;
}
