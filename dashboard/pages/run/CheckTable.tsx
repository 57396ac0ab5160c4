import type { RunView, Summary } from "@onrush/shared/api/runView.ts";
import { Table } from "@mantine/core";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { formatCount, formatPercent } from "@onrush/shared/format/numbers.ts";

/** How often each check of the run has held; nothing for a run without checks. */
export function CheckTable({ run }: { run: RunView }) {
  const checks = run.summary?.checks ?? [];
  if (checks.length === 0) return null;
  const hasWorkloads = (run.summary?.workloads.length ?? 0) > 1;
  return (
    <Panel title="Checks" note="requests that were not interrupted" testId="check-table">
      <Table.ScrollContainer minWidth={560} type="native">
        <Table aria-label="Checks" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Check</Table.Th>
              {hasWorkloads && <Table.Th>Workload</Table.Th>}
              <Table.Th>Step</Table.Th>
              <Table.Th className="right">Passed</Table.Th>
              <Table.Th className="right">Failed</Table.Th>
              <Table.Th className="right">
                <Term id="checks">Held</Term>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {checks.map((check, index) => (
              // Steps of two workloads may have the same name; the order never changes.
              <Row key={`${index} ${check.name}`} check={check} hasWorkloads={hasWorkloads} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

interface RowProps {
  check: Summary["checks"][number];
  hasWorkloads: boolean;
}

function Row({ check, hasWorkloads }: RowProps) {
  const { name, workload, step, passed, failed, percent } = check;
  const color = failed > 0 ? "var(--c-red)" : "inherit";
  return (
    <Table.Tr data-testid="check-row" data-check={name}>
      <Table.Td fw={600}>{name}</Table.Td>
      {hasWorkloads && <Table.Td>{workload}</Table.Td>}
      <Table.Td>{step}</Table.Td>
      <Table.Td className="right num">{formatCount(passed)}</Table.Td>
      <Table.Td className="right num" c={color}>
        {formatCount(failed)}
      </Table.Td>
      <Table.Td className="right num" c={color}>
        {formatPercent(percent / 100)}
      </Table.Td>
    </Table.Tr>
  );
}
