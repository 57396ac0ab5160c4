import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
} from "@onrush/shared/format/numbers.ts";
import type { Health, HealthView } from "./runHealth.ts";

const columns: [string, ReactNode][] = [
  ["cpu", <Term id="cpu">Engine CPU</Term>],
  ["process", <Term id="processCpu">Process</Term>],
  ["lateness", <Term id="lateness">Lateness p99</Term>],
  ["lag", <Term id="lag">Lag</Term>],
  ["gc", <Term id="gc">GC</Term>],
  ["inFlight", <Term id="inFlight">In flight</Term>],
  ["connections", <Term id="connections">Connections</Term>],
  ["mbps", "Mbit/s"],
  ["rss", "Memory"],
  ["ports", <Term id="ports">Ports left</Term>],
  ["files", <Term id="files">Files left</Term>],
];

/** What a figure that may not be known looks like. */
function known(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? "–" : format(value);
}

const cores = (value: number) => `${value.toFixed(2)} cores`;

interface WorkerHealthTableProps {
  health: HealthView | undefined;
}

/** How the generator itself is, worker by worker. */
export function WorkerHealthTable({ health }: WorkerHealthTableProps) {
  if (health === undefined) return null;
  const { workers, bad, second } = health;
  return (
    <Panel
      title="Generator health"
      note={second === null ? "the worst second of the run" : `in second ${formatClock(second)}`}
      testId="health-table"
    >
      <Table.ScrollContainer minWidth={1000} type="native">
        <Table aria-label="Generator health" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Worker</Table.Th>
              {columns.map(([key, text]) => (
                <Table.Th key={key} className="right">
                  {text}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {workers.map(([id, one]) => (
              <Row key={id} id={id} health={one} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {bad.length > 0 && (
        <ul className="dimmed" style={{ fontSize: 13, margin: "4px 12px 8px" }}>
          {bad.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Row({ id, health }: { id: string; health: Health }) {
  const figures = [
    formatPercent(health.cpu),
    known(health.processCpu, cores),
    known(health.latenessP99Ms, formatMs),
    formatMs(health.lagMs),
    known(health.gcMs, (ms) => `${formatMs(ms)}/s, max ${formatMs(health.gcMaxMs ?? 0)}`),
    known(health.inFlight, formatCount),
    known(health.connections, formatCount),
    formatRate(health.mbps),
    formatBytes(health.rssBytes),
    known(health.ports?.left, formatCount),
    known(health.files?.left, formatCount),
  ];
  return (
    <Table.Tr data-testid="health-row" data-worker-id={id}>
      <Table.Td fw={600}>{id}</Table.Td>
      {columns.map(([key], i) => (
        <Table.Td key={key} className="right num">
          {figures[i]}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
