import type { Ledger } from "@onrush/shared/api/runView.ts";
import type { TermId } from "@onrush/shared/format/terms.ts";

export interface LedgerPart {
  id: string;
  label: string;
  term?: TermId;
  count: number;
  color: string;
}

export interface LedgerEquation {
  id: "scheduled" | "started";
  total: number;
  parts: LedgerPart[];
  /** Only of an ended run: false when the parts do not add up to the total. */
  balanced: boolean;
}

function equation(
  id: LedgerEquation["id"],
  total: number,
  parts: LedgerPart[],
  open: { label: string; ended: boolean },
): LedgerEquation {
  const rest = total - parts.reduce((sum, part) => sum + part.count, 0);
  const balanced = rest === 0 || (!open.ended && rest > 0);
  const label = open.ended || rest < 0 ? "unaccounted" : open.label;
  const color = balanced ? "var(--grid)" : "var(--c-crimson)";
  const extra = rest === 0 ? [] : [{ id: "rest", label, count: rest, color }];
  return { id, total, parts: [...parts, ...extra], balanced };
}

/** scheduled = started + dropped + lost, and started = ok + failed + neutral + interrupted. */
export function ledgerEquations(ledger: Ledger, ended: boolean): LedgerEquation[] {
  const part = (id: keyof Omit<Ledger, "droppedBy"> & TermId, color: string): LedgerPart => ({
    ...{ id, label: id, term: id },
    count: ledger[id],
    color: `var(--c-${color})`,
  });
  return [
    equation(
      "scheduled",
      ledger.scheduled,
      [part("started", "blue"), part("dropped", "amber"), part("lost", "red")],
      { label: "not yet reported", ended },
    ),
    equation(
      "started",
      ledger.started,
      [
        ...[part("ok", "green"), part("failed", "red")],
        ...[part("neutral", "gray"), part("interrupted", "violet")],
      ],
      { label: "in flight", ended },
    ),
  ];
}
