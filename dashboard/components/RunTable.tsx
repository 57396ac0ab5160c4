import type { RunView } from "@onrush/shared/api/runView.ts";
import { Group, Table } from "@mantine/core";
import { Link } from "react-router";
import {
  formatAgo,
  formatDuration,
  formatPercent,
  formatRate,
} from "@onrush/shared/format/numbers.ts";
import { ConcernBadges, SlaBadge, StateBadge, ValidityBadge } from "./badges.tsx";
import { measuredMs } from "./measuredMs.ts";
import { Term } from "./Term.tsx";

/** How long a run really took, or was planned to. */
function runLength({ startedAt, endedAt, plannedSeconds }: RunView): string {
  if (startedAt === null || endedAt === null) return formatDuration(plannedSeconds);
  return formatDuration(Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000));
}

export function RunTable({ runs, nowMs }: { runs: readonly RunView[]; nowMs: number }) {
  return (
    <Table.ScrollContainer minWidth={340} type="native">
      <Table highlightOnHover aria-label="Runs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Scenario</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th visibleFrom="xs">
              <Term id="validity">Validity</Term>
            </Table.Th>
            <Table.Th visibleFrom="md">
              <Term id="sla">SLA</Term>
            </Table.Th>
            <Table.Th className="right" visibleFrom="xs">
              Requests/s
            </Table.Th>
            <Table.Th className="right">
              <Term id="responseTime">p95</Term>
            </Table.Th>
            <Table.Th className="right" visibleFrom="sm">
              Errors
            </Table.Th>
            <Table.Th className="right" visibleFrom="md">
              Length
            </Table.Th>
            <Table.Th className="right" visibleFrom="sm">
              Started
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} nowMs={nowMs} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function RunRow({ run, nowMs }: { run: RunView; nowMs: number }) {
  const { summary } = run;
  return (
    <Table.Tr data-testid="run-row" data-run-id={run.id}>
      <Table.Td>
        <Link to={`/runs/${run.id}`} className="plain">
          {run.scenarioName}
        </Link>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          <StateBadge state={run.state} />
          {/* What has no column of its own at this width. */}
          <ConcernBadges run={run} hiddenFrom={{ validity: "xs", sla: "md" }} />
        </Group>
      </Table.Td>
      <Table.Td visibleFrom="xs">
        <ValidityBadge run={run} />
      </Table.Td>
      <Table.Td visibleFrom="md">
        <SlaBadge run={run} />
      </Table.Td>
      <Table.Td className="right num" visibleFrom="xs">
        {summary === null ? "–" : formatRate(summary.rps)}
      </Table.Td>
      <Table.Td className="right num">
        {summary === null ? "–" : measuredMs(summary.response, "p95")}
      </Table.Td>
      <Table.Td className="right num" visibleFrom="sm">
        {summary === null ? "–" : formatPercent(summary.errorRate)}
      </Table.Td>
      <Table.Td className="right num" visibleFrom="md">
        {runLength(run)}
      </Table.Td>
      <Table.Td className="right num dimmed" visibleFrom="sm">
        {formatAgo(Math.max(0, nowMs - Date.parse(run.startedAt ?? run.createdAt)))}
      </Table.Td>
    </Table.Tr>
  );
}
