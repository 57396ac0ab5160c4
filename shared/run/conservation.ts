import type { ShareTotals } from "../wire/reports.ts";
import { type IterationTotals, sumCounts } from "./ledger.ts";

/** What the merged seconds say, in the terms of the shares' own plain counters. */
export interface MergedTotals extends IterationTotals {
  requests: ShareTotals["requests"];
}

/**
 * Compares the FINAL totals of all shares, counted independently of the recorder, with the merged
 * seconds. Any difference means that something was lost or doubled on the way.
 */
export function conservationProblems(
  finals: readonly ShareTotals[],
  merged: MergedTotals,
): string[] {
  const sum = (pick: (totals: ShareTotals) => number) =>
    finals.reduce((total, share) => total + pick(share), 0);
  const compare: [string, number, number][] = [
    ["iterations started", sum((s) => s.started), merged.started],
    ["iterations dropped", sum((s) => sumCounts(s.dropped)), sumCounts(merged.dropped)],
    ["iterations ok", sum((s) => s.iterations.ok), merged.iterations.ok],
    ["iterations failed", sum((s) => s.iterations.failed), merged.iterations.failed],
    ["iterations neutral", sum((s) => s.iterations.neutral), merged.iterations.neutral],
    ["iterations interrupted", sum((s) => s.iterations.interrupted), merged.iterations.interrupted],
    ["requests sent", sum((s) => s.requests.sent), merged.requests.sent],
    ["requests ok", sum((s) => s.requests.ok), merged.requests.ok],
    ["requests failed", sum((s) => s.requests.failed), merged.requests.failed],
    ["requests neutral", sum((s) => s.requests.neutral), merged.requests.neutral],
    ["requests interrupted", sum((s) => s.requests.interrupted), merged.requests.interrupted],
  ];
  return compare
    .filter(([, counted, inSeconds]) => counted !== inSeconds)
    .map(
      ([what, counted, inSeconds]) => `${what}: workers counted ${counted}, seconds ${inSeconds}`,
    );
}
