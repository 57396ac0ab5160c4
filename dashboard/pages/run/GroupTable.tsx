import type { GroupSummary, RunView } from "@onrush/shared/api/runView.ts";
import { formatCount, formatMs } from "@onrush/shared/format/numbers.ts";
import { Table } from "@mantine/core";
import { Panel } from "../../components/Panel.tsx";

const percentiles = ["p50", "p95", "p99", "max"] as const;

/** How long groups of steps have taken as a whole; nothing for a run without groups. */
export function GroupTable({ run }: { run: RunView }) {
  const groups = run.summary?.groups ?? [];
  if (groups.length === 0) return null;
  return (
    <Panel title="Groups" note="from begin to end, pauses included" testId="group-table">
      <Table.ScrollContainer minWidth={560} type="native">
        <Table aria-label="Groups" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Group</Table.Th>
              <Table.Th>Workload</Table.Th>
              <Table.Th className="right">OK</Table.Th>
              <Table.Th className="right">Failed</Table.Th>
              {percentiles.map((name) => (
                <Table.Th key={name} className="right">
                  {`${name} duration`}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {groups.map((group) => (
              <Row key={`${group.workload} ${group.name}`} group={group} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function Row({ group }: { group: GroupSummary }) {
  const { name, workload, ok, failed, duration } = group;
  return (
    <Table.Tr data-testid="group-row" data-group={name}>
      <Table.Td fw={600}>{name}</Table.Td>
      <Table.Td>{workload}</Table.Td>
      <Table.Td className="right num">{formatCount(ok)}</Table.Td>
      <Table.Td className="right num" c={failed > 0 ? "var(--c-red)" : "inherit"}>
        {formatCount(failed)}
      </Table.Td>
      {percentiles.map((percentile) => (
        <Table.Td key={percentile} className="right num">
          {formatMs(duration[percentile])}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
