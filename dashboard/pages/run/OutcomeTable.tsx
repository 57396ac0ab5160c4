import type { RunView } from "@onrush/shared/api/runView.ts";
import { Table } from "@mantine/core";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { formatCount, formatPercent } from "@onrush/shared/format/numbers.ts";
import { type OutcomeRow, outcomeRows } from "./outcomeRows.ts";

/** How often answers came by the names that the scenario gives; nothing for a run without. */
export function OutcomeTable({ run }: { run: RunView }) {
  const rows = outcomeRows(run);
  if (rows.length === 0) return null;
  return (
    <Panel title="Outcomes" note="answers by name" testId="outcome-table">
      <Table.ScrollContainer minWidth={560} type="native">
        <Table aria-label="Outcomes" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <Term id="namedOutcomes">Outcome</Term>
              </Table.Th>
              <Table.Th>Step</Table.Th>
              <Table.Th className="right">Count</Table.Th>
              <Table.Th className="right">Of the step</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, index) => (
              // Steps of two workloads may have the same name; the order never changes.
              <Row key={`${index} ${row.name}`} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function Row({ row }: { row: OutcomeRow }) {
  return (
    <Table.Tr data-testid="outcome-row" data-outcome={row.name}>
      <Table.Td fw={600}>{row.name}</Table.Td>
      <Table.Td>{row.step}</Table.Td>
      <Table.Td className="right num">{formatCount(row.count)}</Table.Td>
      <Table.Td className="right num">{formatPercent(row.share)}</Table.Td>
    </Table.Tr>
  );
}
