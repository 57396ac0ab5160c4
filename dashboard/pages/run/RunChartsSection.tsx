import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { Button, Group, SegmentedControl } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import { ChartPanel } from "../../charts/ChartPanel.tsx";
import type { Mark } from "../../charts/marks.ts";
import type { Range, Span } from "../../charts/range.ts";
import { type LatencyKind, runCharts } from "../../charts/runCharts.ts";
import { Term } from "../../components/Term.tsx";
import {
  formatClock,
  formatCount,
  formatMs,
  formatRate,
  formatShort,
} from "../../format/numbers.ts";
import type { TermId } from "../../format/terms.ts";

interface RunChartsSectionProps {
  seconds: readonly SecondView[];
  plannedSeconds: number;
  ended: boolean;
}

/** What the viewer chose to see; everything drawn follows from it and the seconds. */
interface View {
  range: Range;
  latencyKind: LatencyKind;
}

const ranges: Record<string, Range> = {
  All: { kind: "all" },
  "5 min": { kind: "last", seconds: 300 },
  "1 min": { kind: "last", seconds: 60 },
};

const rangeName = (range: Range) =>
  Object.keys(ranges).find((name) => {
    const one = ranges[name];
    return (
      one?.kind === range.kind &&
      (one.kind !== "last" || range.kind !== "last" || one.seconds === range.seconds)
    );
  });

const perSecond = (value: number) => `${formatRate(value)}/s`;
const perSecondAxis = (value: number) => `${formatShort(value)}/s`;

export function RunChartsSection({ seconds, plannedSeconds, ended }: RunChartsSectionProps) {
  const [view, setView] = useState<View>({ range: { kind: "all" }, latencyKind: "response" });
  const charts = useMemo(
    () => runCharts({ seconds, plannedSeconds, ...view }),
    [seconds, plannedSeconds, view],
  );
  const zoom = useCallback(
    (span: Span) => setView((old) => ({ ...old, range: { kind: "span", ...span } })),
    [],
  );
  const { from, to, marks } = charts;
  const common = { from, to, marks, syncId: "run", onZoom: zoom };
  const waiting = ended ? "No second was measured." : "The first second is still to come.";
  return (
    <section aria-label="Charts">
      <RangeBar view={view} onChange={setView} marks={marks} />
      <div className="chart-grid">
        <ChartPanel
          {...common}
          title={<Term id="rate">Throughput</Term>}
          label="Throughput"
          unit="requests per second"
          data={charts.throughput}
          format={perSecond}
          formatAxis={perSecondAxis}
          testId="chart-throughput"
          empty={waiting}
        />
        <ChartPanel
          {...common}
          title={
            <Term id={view.latencyKind === "response" ? "responseTime" : "serviceTime"}>
              Latency
            </Term>
          }
          label="Latency"
          unit={view.latencyKind === "response" ? "from due, ms" : "from sent, ms"}
          data={charts.latency}
          format={formatMs}
          formatAxis={formatMs}
          testId="chart-latency"
          empty={waiting}
          controls={
            <SegmentedControl
              aria-label="Which latency"
              data={[
                { value: "response", label: "Response" },
                { value: "service", label: "Service" },
              ]}
              value={view.latencyKind}
              onChange={(latencyKind) => setView((old) => ({ ...old, latencyKind }))}
              data-testid="latency-kind"
            />
          }
        />
        <ChartPanel
          {...common}
          title="Status codes"
          label="Status codes"
          unit="answers per second, by due second"
          data={charts.statusCodes}
          format={perSecond}
          formatAxis={perSecondAxis}
          testId="chart-status"
          empty="No answer yet."
        />
        <ChartPanel
          {...common}
          title="Errors by kind"
          label="Errors by kind"
          unit="errors per second"
          data={charts.errors}
          format={perSecond}
          formatAxis={perSecondAxis}
          testId="chart-errors"
          empty="No errors."
        />
        <ChartPanel
          {...common}
          title={<Term id="inFlight">In flight and connections</Term>}
          label="In flight and connections"
          unit="count, highest of the second"
          data={charts.load}
          format={formatCount}
          formatAxis={formatShort}
          testId="chart-load"
          empty={waiting}
        />
        <ChartPanel
          {...common}
          title={<Term id="lateness">Generator lateness</Term>}
          label="Generator lateness"
          unit="p99, ms"
          data={charts.lateness}
          format={formatMs}
          formatAxis={formatMs}
          testId="chart-lateness"
          empty={waiting}
        />
      </div>
    </section>
  );
}

interface RangeBarProps {
  view: View;
  onChange: (view: View) => void;
  marks: readonly Mark[];
}

function RangeBar({ view, onChange, marks }: RangeBarProps) {
  const { range } = view;
  const total = (kind: Mark["kind"]) =>
    marks.filter((mark) => mark.kind === kind).reduce((sum, mark) => sum + mark.count, 0);
  const [partial, lost, bad] = [total("partial"), total("lost"), total("bad")];
  return (
    <Group gap="sm" mb={8} fz="xs" mih={30}>
      <SegmentedControl
        aria-label="Part of the run that the charts show"
        data={Object.keys(ranges)}
        value={rangeName(range) ?? ""}
        onChange={(name) => onChange({ ...view, range: ranges[name] ?? { kind: "all" } })}
        data-testid="chart-range"
      />
      {range.kind === "span" ? (
        <Button variant="light" onClick={() => onChange({ ...view, range: { kind: "all" } })}>
          {formatClock(range.from)} to {formatClock(range.to)} · reset zoom
        </Button>
      ) : (
        <span className="dimmed">drag over a chart to zoom</span>
      )}
      {partial > 0 && (
        <MarkNote term="partial" color="var(--c-amber)" text={`${partial} partial seconds`} />
      )}
      {lost > 0 && (
        <MarkNote term="lost" color="var(--c-red)" text={`${formatCount(lost)} arrivals lost`} />
      )}
      {bad > 0 && (
        <MarkNote
          term="badSecond"
          color="var(--c-violet)"
          text={`generator at its limit in ${bad} ${bad === 1 ? "second" : "seconds"}`}
        />
      )}
    </Group>
  );
}

function MarkNote({ term, color, text }: { term: TermId; color: string; text: string }) {
  return (
    <span
      data-testid={`mark-${term}`}
      style={{ display: "inline-flex", alignItems: "center", gap: 6 }}
    >
      <i className="swatch block" style={{ background: color }} />
      <Term id={term}>{text}</Term>
    </span>
  );
}
