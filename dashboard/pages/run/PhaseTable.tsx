import type { Summary } from "@onrush/shared/api/runView.ts";
import { Table } from "@mantine/core";
import { useMemo } from "react";
import { phaseColor } from "../../charts/phaseSeries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { formatCount, formatMs, formatPercent } from "@onrush/shared/format/numbers.ts";
import { type PhaseRow, phaseRows } from "@onrush/shared/format/phaseRows.ts";

const columns = ["avg", "p50", "p95", "p99", "max"] as const;

/** The phases of the whole run: how much of the time each took, and its percentiles. */
export function PhaseTable({ summary, ended }: { summary: Summary | null; ended: boolean }) {
  const rows = useMemo(() => phaseRows(summary), [summary]);
  return (
    <Panel
      title="Phases"
      note={ended ? "of the whole run" : "of the run so far"}
      testId="phase-table"
    >
      {rows.length === 0 ? (
        <div className="dimmed" style={{ padding: 12, fontSize: 13 }}>
          {ended ? "No phase was measured." : "No phase was measured yet."}
        </div>
      ) : (
        <Rows rows={rows} />
      )}
    </Panel>
  );
}

function Rows({ rows }: { rows: readonly PhaseRow[] }) {
  return (
    <>
      <div className="stackbar phases" aria-hidden>
        {rows.map(({ phase, share }) => (
          <i key={phase} style={{ flex: share ?? 0, background: phaseColor[phase] }} />
        ))}
      </div>
      <Table.ScrollContainer minWidth={500} type="native">
        <Table aria-label="Phases" verticalSpacing={4} horizontalSpacing={7}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Phase</Table.Th>
              <Table.Th className="right">
                <Term id="phaseShare">Of the time</Term>
              </Table.Th>
              <Table.Th className="right">Count</Table.Th>
              {columns.map((name) => (
                <Table.Th key={name} className="right">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Row key={row.phase} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

function Row({ row: { phase, share, latency } }: { row: PhaseRow }) {
  return (
    <Table.Tr data-testid="phase-row" data-phase={phase}>
      <Table.Td>
        <span style={{ display: "inline-flex", alignItems: "center", gap: 7 }}>
          <i className="swatch" style={{ background: phaseColor[phase], width: 8, height: 8 }} />
          <Term id={phase}>{phase}</Term>
        </span>
      </Table.Td>
      <Table.Td className="right num" fw={600}>
        {share === null ? "–" : formatPercent(share)}
      </Table.Td>
      <Table.Td className="right num">{formatCount(latency.count)}</Table.Td>
      {columns.map((name) => (
        <Table.Td key={name} className="right num">
          {formatMs(latency[name])}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
