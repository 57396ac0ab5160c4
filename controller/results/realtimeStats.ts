import type { RealtimeStats } from "@onrush/shared/api/secondView.ts";
import { latencyStats } from "@onrush/shared/metrics/latencyStats.ts";
import { StepAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";

/** Zeros, for a scenario that has never run. */
export function noStats(scenarioId: string): RealtimeStats {
  return statsOf({ scenarioId, runId: null, runState: null }, [], 0);
}

/**
 * Statistics over the closed seconds of a window. Requests count by the wall second they were sent
 * in, answers and latencies by the second their arrival was due in; histograms are merged first
 * and summarised once.
 */
export function statsOf(
  run: Pick<RealtimeStats, "scenarioId" | "runId" | "runState">,
  seconds: readonly RunSecond[],
  windowSeconds: number,
): RealtimeStats {
  const all = new StepAccumulator();
  for (const second of seconds) {
    for (const step of second.workloads.flatMap((workload) => workload.steps)) {
      all.addDue(step);
      all.addWall(step);
    }
  }
  const response = latencyStats(all.response);
  const service = latencyStats(all.service);
  const answered = all.ok + all.failed + all.neutral;
  return {
    ...run,
    windowSeconds,
    totalRequests: all.sent,
    successRate: answered === 0 ? 0 : round((100 * (all.ok + all.neutral)) / answered),
    avgLatencyMs: response.avg,
    p50LatencyMs: response.p50,
    p95LatencyMs: response.p95,
    p99LatencyMs: response.p99,
    serviceAvgLatencyMs: service.avg,
    serviceP50LatencyMs: service.p50,
    serviceP95LatencyMs: service.p95,
    serviceP99LatencyMs: service.p99,
    currentRps: windowSeconds === 0 ? 0 : round(all.sent / windowSeconds),
    statusCodeDistribution: all.statusCodes,
    errorDistribution: all.errors,
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;

/**
 * The window of `lastNSeconds` that ends at the last closed second. Seconds after the planned end
 * hold only the last answers; they belong to the window but do not lengthen it.
 */
export function windowOf(
  closedSeconds: number,
  plannedSeconds: number,
  lastNSeconds: number,
): { from: number; windowSeconds: number } {
  const end = Math.min(closedSeconds, plannedSeconds);
  const from = Math.max(0, Math.ceil(end) - lastNSeconds);
  return { from, windowSeconds: end - from };
}
