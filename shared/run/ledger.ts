import type { Ledger } from "../api/runView.ts";
import type { Counts, OutcomeCounts } from "../metrics/delta.ts";

/** What became of a workload's (or a run's) arrivals, from merged seconds. */
export interface IterationTotals {
  started: number;
  dropped: Counts;
  lost: number;
  iterations: OutcomeCounts;
}

export const sumCounts = (counts: Counts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/**
 * The ledger. `scheduled` comes from the plan (or, for what was stopped, from the shares' own
 * positions in it), never from the sum of the other columns.
 */
export function makeLedger(scheduled: number, totals: IterationTotals, maybeSent: number): Ledger {
  return {
    scheduled,
    started: totals.started,
    dropped: sumCounts(totals.dropped),
    lost: totals.lost,
    maybeSent,
    ...totals.iterations,
    droppedBy: { ...totals.dropped },
  };
}

export const emptyLedger = (): Ledger => ({
  ...{ scheduled: 0, started: 0, dropped: 0, lost: 0, maybeSent: 0 },
  ...{ ok: 0, failed: 0, neutral: 0, interrupted: 0 },
  droppedBy: {},
});

/** What in the ledger does not add up, in words; empty when it balances. */
export function ledgerProblems(ledger: Ledger): string[] {
  const problems: string[] = [];
  const accounted = ledger.started + ledger.dropped + ledger.lost;
  if (accounted !== ledger.scheduled) {
    problems.push(
      `the ledger does not balance: ${ledger.scheduled} scheduled, but ${ledger.started} started + ` +
        `${ledger.dropped} dropped + ${ledger.lost} lost = ${accounted}`,
    );
  }
  const ended = ledger.ok + ledger.failed + ledger.neutral + ledger.interrupted;
  if (ended !== ledger.started) {
    problems.push(`${ledger.started} iterations started, but ${ended} have a result`);
  }
  return problems;
}
