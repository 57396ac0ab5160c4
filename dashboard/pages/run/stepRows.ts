import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";

type Latency = SecondView["response"];

export interface StepRow {
  name: string;
  /** Of steps of several workloads, which may share names; else undefined. */
  workload: string | undefined;
  tags: Readonly<Record<string, string>>;
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
    const { workloads } = run.summary;
    const rows = workloads.flatMap(({ name, steps }) =>
      steps.map(({ requests, ...step }) => ({
        ...{ ...step, ...requests },
        workload: workloads.length > 1 ? name : undefined,
      })),
    );
    return { rows, latencyOf: "run" };
  }
  const totals = new Map<string, SecondView["steps"][number]>();
  for (const { steps } of seconds) {
    for (const step of steps) {
      const key = JSON.stringify([step.workload, step.name]);
      const old = totals.get(key);
      totals.set(key, old === undefined ? step : add(old, step));
    }
  }
  const steps = [...totals.values()];
  const several = new Set(steps.map(({ workload }) => workload)).size > 1;
  const rows = steps.map((step) => {
    const judged = step.ok + step.failed + step.neutral;
    const errorRate = judged === 0 ? 0 : step.failed / judged;
    const workload = several ? step.workload : undefined;
    // Seconds do not carry tags; the summary does.
    return { ...step, errorRate, workload, tags: {} };
  });
  return { rows, latencyOf: "second" };
}
