import type { RunView } from "@onrush/shared/api/runView.ts";

export interface OutcomeRow {
  name: string;
  step: string;
  count: number;
  /** Of the requests of the step that ended, 0 to 1. */
  share: number;
}

/** Named answers by step, the most frequent of each step first. */
export function outcomeRows(run: RunView): OutcomeRow[] {
  return (run.summary?.steps ?? []).flatMap(({ name: step, requests, outcomes }) => {
    const ended = requests.ok + requests.failed + requests.neutral;
    return Object.entries(outcomes)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => ({ name, step, count, share: ended === 0 ? 0 : count / ended }));
  });
}
