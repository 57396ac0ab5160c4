import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { Table } from "@mantine/core";
import { useMemo } from "react";
import { Panel } from "../../components/Panel.tsx";
import { measuredMs } from "../../components/measuredMs.ts";
import { Term } from "../../components/Term.tsx";
import { formatCount, formatPercent } from "@onrush/shared/format/numbers.ts";
import { type StepRow, stepRows } from "./stepRows.ts";

interface StepTableProps {
  run: RunView;
  seconds: readonly SecondView[];
}

const percentiles = ["p50", "p95", "p99", "max"] as const;

export function StepTable({ run, seconds }: StepTableProps) {
  const { rows, latencyOf } = useMemo(() => stepRows(run, seconds), [run, seconds]);
  const note =
    latencyOf === "run"
      ? "requests; latency of the whole run"
      : "requests; latency of the last second";
  if (rows.length === 0) return null;
  const hasNeutral = rows.some(({ neutral }) => neutral > 0);
  return (
    <Panel title="Steps" note={note} testId="step-table">
      <Table.ScrollContainer minWidth={820} type="native">
        <Table aria-label="Steps" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Step</Table.Th>
              <Table.Th className="right">Sent</Table.Th>
              <Table.Th className="right">OK</Table.Th>
              {hasNeutral && (
                <Table.Th className="right">
                  <Term id="neutral">Neutral</Term>
                </Table.Th>
              )}
              <Table.Th className="right">Failed</Table.Th>
              <Table.Th className="right">
                <Term id="errorRate">Error rate</Term>
              </Table.Th>
              {percentiles.map((name) => (
                <Table.Th key={name} className="right">
                  <Term id="responseTime">{`${name} response`}</Term>
                </Table.Th>
              ))}
              <Table.Th className="right">
                <Term id="serviceTime">p95 service</Term>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Row key={`${row.workload ?? ""} ${row.name}`} row={row} hasNeutral={hasNeutral} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

const hasJudged = ({ ok, failed, neutral }: StepRow) => ok + failed + neutral > 0;

function Row({ row, hasNeutral }: { row: StepRow; hasNeutral: boolean }) {
  const tags = Object.entries(row.tags).map(([name, value]) => `${name}=${value}`);
  return (
    <Table.Tr data-testid="step-row" data-step={row.name}>
      <Table.Td>
        <b>{row.name}</b>{" "}
        {row.workload !== undefined && <span className="dimmed">{row.workload}</span>}
        {tags.length > 0 && <div className="dimmed mono">{tags.join(" ")}</div>}
      </Table.Td>
      <Table.Td className="right num">{formatCount(row.sent)}</Table.Td>
      <Table.Td className="right num">{formatCount(row.ok)}</Table.Td>
      {hasNeutral && <Table.Td className="right num">{formatCount(row.neutral)}</Table.Td>}
      <Table.Td className="right num" c={row.failed > 0 ? "var(--c-red)" : "inherit"}>
        {formatCount(row.failed)}
      </Table.Td>
      <Table.Td className="right num">
        {hasJudged(row) ? formatPercent(row.errorRate) : "–"}
      </Table.Td>
      {percentiles.map((name) => (
        <Table.Td key={name} className="right num">
          {measuredMs(row.response, name)}
        </Table.Td>
      ))}
      <Table.Td className="right num">{measuredMs(row.service, "p95")}</Table.Td>
    </Table.Tr>
  );
}
