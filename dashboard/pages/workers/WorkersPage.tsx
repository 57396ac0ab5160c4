import type { WorkerView } from "@onrush/shared/api/scenarioApi.ts";
import { Badge, Group, Progress, Skeleton, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useWorkers } from "../../api/workers.ts";
import { ErrorNotice } from "../../components/ErrorNotice.tsx";
import { PageHead } from "../../components/PageHead.tsx";
import { Term } from "../../components/Term.tsx";
import { useNow } from "../../components/useNow.ts";
import {
  formatAgo,
  formatBytes,
  formatClockOffset,
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
  formatShort,
} from "@onrush/shared/format/numbers.ts";

const stateColor = {
  idle: "gray",
  preparing: "blue",
  running: "green",
  draining: "yellow",
} as const;

/** Beyond this the worker counts as lost. */
const LOST_AFTER_MS = 1_600;

export default function WorkersPage() {
  const workers = useWorkers();
  const nowMs = useNow(1_000);
  const items = workers.data?.items ?? [];
  const threads = items.reduce((sum, worker) => sum + worker.threads, 0);
  return (
    <>
      <PageHead
        title="Workers"
        badges={
          items.length > 0 && (
            <Text size="sm" c="dimmed" data-testid="worker-total">
              {items.length} workers, {threads} engine threads
            </Text>
          )
        }
      />
      {workers.error !== null && <ErrorNotice error={workers.error} />}
      {workers.isPending && <Skeleton h={160} />}
      {workers.data !== undefined && (
        <div className="panel">
          {items.length === 0 ? <NoWorkers /> : <WorkerTable workers={items} nowMs={nowMs} />}
        </div>
      )}
    </>
  );
}

function NoWorkers() {
  return (
    <Text size="sm" p="md">
      No worker has reported in the last 10 seconds, so runs wait in the queue. Start one with{" "}
      <code>./onrush worker</code>, or more with <code>docker compose up --scale worker=3</code>.
    </Text>
  );
}

const columns: [string, ReactNode, boolean][] = [
  ["id", "Worker", false],
  ["state", "State", false],
  ["run", "Run", false],
  ["threads", "Threads", true],
  ["cpu", <Term id="cpu">CPU</Term>, true],
  ["rss", "Memory", true],
  ["mbps", "Mbit/s", true],
  ["lag", <Term id="lag">Lag</Term>, true],
  ["files", <Term id="files">Files left</Term>, true],
  ["capacity", <Term id="capacity">Capacity</Term>, true],
  ["clock", <Term id="clockOffset">Clock offset</Term>, true],
  ["seen", "Last seen", true],
];

function WorkerTable({ workers, nowMs }: { workers: readonly WorkerView[]; nowMs: number }) {
  return (
    <Table.ScrollContainer minWidth={1120} type="native">
      <Table highlightOnHover aria-label="Workers">
        <Table.Thead>
          <Table.Tr>
            {columns.map(([key, text, right]) => (
              <Table.Th key={key} className={right ? "right" : ""}>
                {text}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {workers.map((worker) => (
            <WorkerRow key={worker.id} worker={worker} nowMs={nowMs} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function WorkerRow({ worker, nowMs }: { worker: WorkerView; nowMs: number }) {
  const agoMs = Math.max(0, nowMs - Date.parse(worker.lastSeen));
  // The browser's clock may differ: allow two seconds before calling a worker silent.
  const silent = agoMs > LOST_AFTER_MS + 2_000;
  const labels = Object.entries(worker.labels);
  return (
    <Table.Tr data-testid="worker-row" data-worker-id={worker.id}>
      <Table.Td>
        <b>{worker.id}</b>
        <Group gap={4}>
          <span className="dimmed" style={{ fontSize: 12 }}>
            {worker.hostname} · pid {worker.pid}
          </span>
          {labels.map(([name, value]) => (
            <Badge key={name} size="xs" color="gray" tt="none">
              {name}={value}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Badge color={stateColor[worker.state]}>{worker.state}</Badge>
      </Table.Td>
      <Table.Td>
        {worker.runId === null ? (
          <span className="dimmed">–</span>
        ) : (
          <Link to={`/runs/${worker.runId}`} className="link">
            {worker.shares.length} {worker.shares.length === 1 ? "share" : "shares"}
          </Link>
        )}
      </Table.Td>
      <Table.Td className="right num">{worker.threads}</Table.Td>
      <Table.Td className="right num">
        {formatPercent(worker.cpu)}
        <Progress
          size={3}
          value={Math.min(100, worker.cpu * 100)}
          color={worker.cpu > 0.9 ? "red" : worker.cpu > 0.7 ? "yellow" : "teal"}
          aria-label={`CPU of ${worker.id}`}
        />
      </Table.Td>
      <Table.Td className="right num">{formatBytes(worker.rssBytes)}</Table.Td>
      <Table.Td className="right num">{formatRate(worker.mbps)}</Table.Td>
      <Table.Td className="right num">{formatMs(worker.lag)}</Table.Td>
      <Table.Td className="right num">
        {worker.files ? formatCount(worker.files.left) : "–"}
      </Table.Td>
      <Table.Td className="right num" data-testid="worker-capacity">
        {worker.capacity ? (
          `${formatShort(worker.capacity.requestsPerSecond)}/s`
        ) : (
          <span className="dimmed">not measured</span>
        )}
      </Table.Td>
      <Table.Td className="right num">
        {formatClockOffset(worker.clockOffsetUs, worker.clockErrorUs)}
      </Table.Td>
      <Table.Td className="right num" c={silent ? "var(--c-red)" : "inherit"}>
        {formatAgo(agoMs)}
      </Table.Td>
    </Table.Tr>
  );
}
