import { Button, Group, SegmentedControl } from "@mantine/core";
import type { Mark } from "../../charts/marks.ts";
import type { Range } from "../../charts/range.ts";
import type { LatencyKind } from "../../charts/runCharts.ts";
import { Term } from "../../components/Term.tsx";
import { formatClock, formatCount } from "@onrush/shared/format/numbers.ts";
import type { TermId } from "@onrush/shared/format/terms.ts";

/** What the viewer chose to see; everything drawn follows from it and the seconds. */
export interface View {
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

interface RangeBarProps {
  view: View;
  onChange: (view: View) => void;
  marks: readonly Mark[];
}

/** Which part of the run the charts show, and what is odd in it. */
export function RangeBar({ view, onChange, marks }: RangeBarProps) {
  const { range } = view;
  const total = (kind: Mark["kind"]) =>
    marks.filter((mark) => mark.kind === kind).reduce((sum, mark) => sum + mark.count, 0);
  const [partial, lost, bad] = [total("partial"), total("lost"), total("bad")];
  const broken = total("sla");
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
      {broken > 0 && (
        <MarkNote
          term="sla"
          color="var(--c-red)"
          text={`${broken} SLA ${broken === 1 ? "line" : "lines"} broken`}
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
