import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { useMemo } from "react";
import { Sparkline } from "../../charts/Sparkline.tsx";
import { Term } from "../../components/Term.tsx";
import { type Kpi, kpis } from "./kpis.ts";
import type { RunKind } from "./runKind.ts";

interface KpiTilesProps {
  run: RunView;
  seconds: readonly SecondView[];
  kind: RunKind;
}

const trendColor: Record<Kpi["id"], string> = {
  rate: "var(--c-blue)",
  p50: "var(--c-teal)",
  p95: "var(--c-amber)",
  p99: "var(--c-violet)",
  errors: "var(--c-red)",
  inFlight: "var(--c-blue)",
  users: "var(--c-teal)",
  iterations: "var(--c-blue)",
  requests: "var(--c-blue)",
};

const toneColor: Record<Kpi["tone"], string> = {
  plain: "inherit",
  warn: "var(--c-amber)",
  bad: "var(--c-red)",
};

export function KpiTiles({ run, seconds, kind }: KpiTilesProps) {
  const tiles = useMemo(() => kpis(run, seconds, kind), [run, seconds, kind]);
  return (
    <section className="tiles" aria-label="Key figures">
      {tiles.map((tile) => (
        <Tile key={tile.id} tile={tile} />
      ))}
    </section>
  );
}

function Tile({ tile }: { tile: Kpi }) {
  const { id, label, term, value, unit, note, tone, badNote, trend } = tile;
  return (
    <div className="panel tile" data-testid={`kpi-${id}`}>
      <div className="tile-label">
        <Term id={term}>{label}</Term>
      </div>
      <div className="tile-value num" style={{ color: toneColor[tone] }}>
        <span data-testid={`kpi-${id}-value`}>{value}</span>
        <small>{unit}</small>
      </div>
      <div
        className="tile-note num"
        style={badNote === true ? { color: toneColor.bad } : {}}
        title={note}
      >
        {note}
      </div>
      <div className="tile-spark">
        {trend.length > 1 && (
          <Sparkline points={trend} color={trendColor[id]} width="100%" height="100%" />
        )}
      </div>
    </div>
  );
}
