import type { RunView } from "@onrush/shared/api/runView.ts";
import { Table } from "@mantine/core";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { type SlaRow, slaRows } from "./slaRows.ts";

const statusText: Record<SlaRow["status"], string> = {
  PASSED: "✓ holds",
  FAILED: "✗ broken",
  NONE: "– not judged",
};
const statusColor: Record<SlaRow["status"], string> = {
  PASSED: "var(--c-teal)",
  FAILED: "var(--c-red)",
  NONE: "inherit",
};

/** What became of each SLA line so far; nothing for a run without any. */
export function SlaTable({ run }: { run: RunView }) {
  if (run.sla.length === 0) return null;
  return (
    <Panel title="SLA" note="judged every second" testId="sla-table">
      <Table.ScrollContainer minWidth={560} type="native">
        <Table aria-label="SLA lines" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <Term id="sla">Line</Term>
              </Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th className="right">Value</Table.Th>
              <Table.Th className="right">Limit</Table.Th>
              <Table.Th>Where</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {slaRows(run.sla).map((row, index) => (
              // Two lines may be the same; the order never changes.
              <Row key={`${index} ${row.name}`} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function Row({ row }: { row: SlaRow }) {
  const { name, text, status, value, limit, note } = row;
  const color = statusColor[status];
  return (
    <Table.Tr data-testid="sla-row" data-status={status}>
      <Table.Td>
        <b>{name}</b> {text !== null && <span className="dimmed mono">{text}</span>}
      </Table.Td>
      <Table.Td c={color}>{statusText[status]}</Table.Td>
      <Table.Td className="right num" c={color}>
        {value}
      </Table.Td>
      <Table.Td className="right num">{limit}</Table.Td>
      <Table.Td>{note}</Table.Td>
    </Table.Tr>
  );
}
