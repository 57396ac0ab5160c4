import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";

type Latency = SecondView["response"];

export interface StepRow {
  name: string;
  sent: number;
  ok: number;
  failed: number;
  neutral: number;
  interrupted: number;
  errorRate: number;
  response: Latency;
  service: Latency;
}

export interface StepRows {
  rows: StepRow[];
  /** Counts add up over seconds; percentiles do not, so a live run shows those of one second. */
  latencyOf: "run" | "second";
}

function add(a: SecondView["steps"][number], b: SecondView["steps"][number]) {
  return {
    ...b,
    sent: a.sent + b.sent,
    ok: a.ok + b.ok,
    failed: a.failed + b.failed,
    neutral: a.neutral + b.neutral,
    interrupted: a.interrupted + b.interrupted,
  };
}

/** A line per step: from the summary when there is one, else from the seconds. */
export function stepRows(run: RunView, seconds: readonly SecondView[]): StepRows {
  if (run.summary !== null) {
    const rows = run.summary.steps.map(({ requests, ...step }) => ({ ...step, ...requests }));
    return { rows, latencyOf: "run" };
  }
  const totals = new Map<string, SecondView["steps"][number]>();
  for (const { steps } of seconds) {
    for (const step of steps) {
      const old = totals.get(step.name);
      totals.set(step.name, old === undefined ? step : add(old, step));
    }
  }
  const rows = [...totals.values()].map((step) => {
    const judged = step.ok + step.failed + step.neutral;
    return { ...step, errorRate: judged === 0 ? 0 : step.failed / judged };
  });
  return { rows, latencyOf: "second" };
}
