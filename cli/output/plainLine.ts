import type { Summary } from "@onrush/shared/api/runView.ts";
import type { Progress } from "./progressCount.ts";
import type { RunPlan } from "./runPlan.ts";

type Latency = Pick<Summary["response"], "count" | "avg" | "min" | "max" | "p95">;

const NOTHING = "-";

/** What is not all never reads 100.0. */
function successPercent({ ok, neutral, failed }: Progress): string {
  const answered = ok + neutral + failed;
  if (answered === 0) return NOTHING;
  const percent = (100 * (ok + neutral)) / answered;
  return `${(failed === 0 ? percent : Math.min(percent, 99.9)).toFixed(1)}%`;
}

/**
 * The run so far in one line: counts and latencies of all its closed seconds, and the rate of the
 * interval since the line before.
 */
export function plainLine(
  total: Progress,
  rps: number,
  latency: Latency,
  plan: Pick<RunPlan, "neutral">,
): string {
  const whole = (value: number) => String(value).padStart(6);
  const { avg, min, max, p95 } = latency;
  const ms = [avg, min, max, p95].map((value) =>
    latency.count === 0 ? NOTHING : value.toFixed(2),
  );
  const neutral = plan.neutral === null ? [] : [`${plan.neutral}: ${whole(total.neutral)}`];
  return [
    `Total: ${whole(total.sent)}`,
    `Success: ${whole(total.ok)}`,
    ...neutral,
    `Failed: ${whole(total.failed)}`,
    `RPS: ${rps.toFixed(1).padStart(7)}`,
    `Success Rate: ${successPercent(total).padStart(6)}`,
    `Latency (ms): avg=${ms[0]} min=${ms[1]} max=${ms[2]} p95=${ms[3]}`,
  ].join(" | ");
}
