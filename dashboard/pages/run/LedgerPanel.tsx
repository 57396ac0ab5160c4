import type { Ledger } from "@onrush/shared/api/runView.ts";
import { Badge, Table, Text } from "@mantine/core";
import { Fragment } from "react";
import { CheckIcon, CrossIcon } from "../../components/icons.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { formatCount, formatPercent } from "@onrush/shared/format/numbers.ts";
import { dropReasons } from "@onrush/shared/format/terms.ts";
import { type LedgerEquation, ledgerEquations, type LedgerPart } from "./ledgerParts.ts";

interface LedgerPanelProps {
  ledger: Ledger;
  /** Requests that lost workers may have sent besides those counted. */
  requestsMaybeSent: number;
  refusedReports: number;
  ended: boolean;
}

export function LedgerPanel(props: LedgerPanelProps) {
  const { ledger, requestsMaybeSent, refusedReports, ended } = props;
  const equations = ledgerEquations(ledger, ended);
  const balanced = equations.every((equation) => equation.balanced);
  return (
    <Panel
      title={<Term id="ledger">Ledger</Term>}
      note="iterations"
      controls={<Balance ended={ended} balanced={balanced} />}
      padded
      testId="ledger"
    >
      {equations.map((equation) => (
        <Equation key={equation.id} equation={equation} />
      ))}
      <Drops ledger={ledger} />
      {ledger.lost > 0 && (
        <Text size="xs" c="dimmed" mt={6}>
          Of the lost, {formatCount(ledger.maybeSent)}{" "}
          <Term id="maybeSent">may have been sent</Term>.
        </Text>
      )}
      {requestsMaybeSent > 0 && (
        <Text size="xs" c="dimmed" mt={6}>
          Lost workers <Term id="requestsMaybeSent">may have sent</Term> up to{" "}
          {formatCount(requestsMaybeSent)} requests more than are counted.
        </Text>
      )}
      {refusedReports > 0 && (
        <Text size="xs" c="dimmed" mt={6}>
          <Term id="refusedReports">Refused</Term> and not counted: {formatCount(refusedReports)}{" "}
          late reports.
        </Text>
      )}
    </Panel>
  );
}

function Balance({ ended, balanced }: { ended: boolean; balanced: boolean }) {
  if (!balanced) {
    return (
      <Badge color="red" leftSection={<CrossIcon size={11} />} data-testid="ledger-balance">
        does not add up
      </Badge>
    );
  }
  return (
    <Badge
      color={ended ? "teal" : "gray"}
      leftSection={ended ? <CheckIcon size={11} /> : undefined}
      data-testid="ledger-balance"
    >
      {ended ? "balanced" : "still counting"}
    </Badge>
  );
}

function Equation({ equation }: { equation: LedgerEquation }) {
  const { id, total, parts } = equation;
  return (
    <div style={{ marginBottom: 14 }} data-testid={`equation-${id}`}>
      <div className="equation">
        <Part testId={`ledger-${id}`} part={{ id, label: id, term: id, count: total, color: "" }} />
        {parts.map((part, i) => (
          <Fragment key={part.id}>
            <span className="sign">{i === 0 ? "=" : "+"}</span>
            <Part testId={`ledger-${id}-${part.id}`} part={part} />
          </Fragment>
        ))}
      </div>
      <div className="stackbar" aria-hidden>
        {parts
          .filter((part) => part.count > 0)
          .map((part) => (
            <i key={part.id} style={{ flex: part.count, background: part.color }} />
          ))}
      </div>
    </div>
  );
}

function Part({ part, testId }: { part: LedgerPart; testId: string }) {
  const { label, term, count, color } = part;
  return (
    <div className="part">
      <b className="num" data-testid={testId} data-value={count}>
        {formatCount(count)}
      </b>
      <span className="dimmed" style={{ display: "inline-flex", alignItems: "center", gap: 5 }}>
        {color !== "" && (
          <i className="swatch" style={{ background: color, width: 8, height: 8 }} />
        )}
        {term === undefined ? label : <Term id={term}>{label}</Term>}
      </span>
    </div>
  );
}

function Drops({ ledger }: { ledger: Ledger }) {
  const drops = Object.entries(ledger.droppedBy).filter(([, count]) => count > 0);
  if (drops.length === 0) return null;
  return (
    <Table aria-label="Dropped by reason" verticalSpacing={4} data-testid="dropped-by">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Dropped because</Table.Th>
          <Table.Th className="right">Iterations</Table.Th>
          <Table.Th className="right">Of scheduled</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {drops.map(([reason, count]) => (
          <Table.Tr key={reason}>
            <Table.Td>{dropReasons[reason] ?? reason}</Table.Td>
            <Table.Td className="right num">{formatCount(count)}</Table.Td>
            <Table.Td className="right num">
              {ledger.scheduled > 0 ? formatPercent(count / ledger.scheduled) : "–"}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
