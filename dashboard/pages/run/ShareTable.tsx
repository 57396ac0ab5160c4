import type { ShareView } from "@onrush/shared/api/runView.ts";
import { Badge, Progress, Table } from "@mantine/core";
import type { ReactNode } from "react";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import {
  formatClock,
  formatClockOffset,
  formatCount,
  formatMs,
} from "@onrush/shared/format/numbers.ts";

interface ShareTableProps {
  shares: readonly ShareView[];
}

const stateColor: Record<ShareView["state"], string> = {
  assigned: "gray",
  accepted: "gray",
  ready: "blue",
  running: "green",
  final: "teal",
  lost: "red",
};

const columns: [string, ReactNode, boolean][] = [
  ["worker", "Worker", false],
  ["share", <Term id="share">Share</Term>, false],
  ["state", "State", false],
  ["epoch", <Term id="epoch">Epoch</Term>, true],
  ["started", <Term id="started">Started</Term>, true],
  ["dropped", <Term id="dropped">Dropped</Term>, true],
  ["watermark", <Term id="watermark">Watermark</Term>, true],
  ["clock", <Term id="clockOffset">Clock offset</Term>, true],
  ["skew", <Term id="startSkew">Began after</Term>, true],
];

export function ShareTable({ shares }: ShareTableProps) {
  if (shares.length === 0) return null;
  return (
    <Panel title="Workers and shares" testId="share-table">
      <Table.ScrollContainer minWidth={820} type="native">
        <Table aria-label="Workers and shares" highlightOnHover>
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
            {shares.map((share) => (
              <Row key={`${share.share}:${share.epoch}`} share={share} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function Row({ share }: { share: ShareView }) {
  const part = share.planned > 0 ? (share.started / share.planned) * 100 : 0;
  return (
    <Table.Tr data-testid="share-row" data-share={share.share} data-worker-id={share.workerId}>
      <Table.Td fw={600}>{share.workerId}</Table.Td>
      <Table.Td className="mono num">
        {share.share} <span className="dimmed">{share.workload}</span>
      </Table.Td>
      <Table.Td>
        <Badge color={stateColor[share.state]} size="sm" miw="max-content">
          {share.state}
        </Badge>
      </Table.Td>
      <Table.Td className="right num">{share.epoch}</Table.Td>
      <Table.Td className="right num" miw={150}>
        {formatCount(share.started)}
        {/* Users have no part of a plan: they begin when they are ready. */}
        {share.planned > 0 && (
          <>
            <span className="dimmed"> of {formatCount(share.planned)}</span>
            <Progress size={3} value={part} mt={2} aria-label={`Started of share ${share.share}`} />
          </>
        )}
      </Table.Td>
      <Table.Td className="right num" c={share.dropped > 0 ? "var(--c-amber)" : "inherit"}>
        {formatCount(share.dropped)}
      </Table.Td>
      <Table.Td className="right num">
        {share.watermark < 0 ? "–" : formatClock(share.watermark)}
      </Table.Td>
      <Table.Td className="right num">
        {formatClockOffset(share.clockOffsetUs, share.clockErrorUs)}
      </Table.Td>
      <Table.Td className="right num">
        {share.startSkewMs === null ? "–" : formatMs(share.startSkewMs)}
      </Table.Td>
    </Table.Tr>
  );
}
