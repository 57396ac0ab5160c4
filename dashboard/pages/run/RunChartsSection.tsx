import type { Summary } from "@onrush/shared/api/runView.ts";
import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { SegmentedControl } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import { ChartPanel } from "../../charts/ChartPanel.tsx";
import type { Span } from "../../charts/range.ts";
import { slaMarks } from "../../charts/marks.ts";
import { runCharts } from "../../charts/runCharts.ts";
import { Term } from "../../components/Term.tsx";
import { formatCount, formatMs, formatRate, formatShort } from "@onrush/shared/format/numbers.ts";
import { PhaseTable } from "./PhaseTable.tsx";
import { RangeBar, type View } from "./RangeBar.tsx";
import type { RunKind } from "./runKind.ts";

interface RunChartsSectionProps {
  seconds: readonly SecondView[];
  plannedSeconds: number;
  ended: boolean;
  kind: RunKind;
  summary: Summary | null;
  sla: readonly SlaResult[];
}

const perSecond = (value: number) => `${formatRate(value)}/s`;
const perSecondAxis = (value: number) => `${formatShort(value)}/s`;

export function RunChartsSection(props: RunChartsSectionProps) {
  const { seconds, plannedSeconds, ended, kind, summary, sla } = props;
  const { hasRate, hasUsers } = kind;
  const loadSeconds = ended ? (summary?.durationSeconds ?? null) : null;
  const [view, setView] = useState<View>({ range: { kind: "all" }, latencyKind: "response" });
  const charts = useMemo(
    () => runCharts({ seconds, plannedSeconds, loadSeconds, hasRate, hasUsers, ...view }),
    [seconds, plannedSeconds, loadSeconds, hasRate, hasUsers, view],
  );
  const zoom = useCallback(
    (span: Span) => setView((old) => ({ ...old, range: { kind: "span", ...span } })),
    [],
  );
  const { from, to } = charts;
  const marks = useMemo(() => [...charts.marks, ...slaMarks(sla, charts)], [charts, sla]);
  const common = { from, to, marks, syncId: "run", onZoom: zoom, live: !ended };
  const waiting = ended ? "No second was measured." : "The first second is still to come.";
  const loadTitle = hasUsers ? "Users, in flight and connections" : "In flight and connections";
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
          empty={ended ? "No answer came." : "No answer yet."}
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
          title={<Term id={hasUsers ? "users" : "inFlight"}>{loadTitle}</Term>}
          label={loadTitle}
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
        <ChartPanel
          {...common}
          title={<Term id="phases">Where the time goes</Term>}
          label="Where the time goes"
          unit="average ms of a request, phase by phase"
          data={charts.phases}
          format={formatMs}
          formatAxis={formatMs}
          testId="chart-phases"
          empty={ended ? "No phase was measured." : "No phase was measured yet."}
        />
        <PhaseTable summary={summary} ended={ended} />
      </div>
    </section>
  );
}
