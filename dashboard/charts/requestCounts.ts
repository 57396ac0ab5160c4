import type { SecondView } from "@onrush/shared/api/secondView.ts";

export interface RequestCounts {
  failed: number;
  /** ok + failed + neutral: what an error rate is a share of. */
  judged: number;
}

const countsOf = ({ ok, failed, neutral }: { ok: number; failed: number; neutral: number }) => ({
  failed,
  judged: ok + failed + neutral,
});

/** Requests of a second over all its steps (the second's own outcomes are those of iterations). */
export function requestCounts(second: SecondView): RequestCounts {
  if (second.steps.length === 0) return countsOf(second);
  return second.steps.map(countsOf).reduce((a, b) => ({
    failed: a.failed + b.failed,
    judged: a.judged + b.judged,
  }));
}
