import type { Preview } from "@onrush/shared/api/scenarioApi.ts";
import { exactRequests } from "@onrush/shared/flow/flow.ts";
import { loadDurationMs } from "@onrush/shared/scenario/load.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { ListedWorker } from "@onrush/shared/wire/heartbeat.ts";
import { likelyWorkers, placementWarnings } from "../planning/placementWarnings.ts";
import { plannedPerSecond } from "@onrush/shared/schedule/plannedCounts.ts";
import { curvePoints, peakRate } from "@onrush/shared/schedule/rateCurve.ts";
import { peakUsers } from "@onrush/shared/schedule/userTimeline.ts";
import { type PlannedWorkload, planRun } from "../planning/runPlan.ts";

/** Longer workloads get no planned count per second: too much to draw and to send. */
const MAX_PLANNED_MS = 3_600_000;

type PreviewWorkload = Preview["workloads"][number];

function previewWorkload({ name, load, startMs, schedule }: PlannedWorkload): PreviewWorkload {
  const durationMs = loadDurationMs(load);
  const head = { name, startSecond: startMs / 1000, durationSeconds: durationMs / 1000 };
  const nothing = { peakRps: 0, peakUsers: 0, points: [], userPoints: [], plannedPerSecond: [] };
  switch (load.type) {
    case "arrivals":
      return {
        ...head,
        ...nothing,
        total: schedule?.total ?? 0,
        peakRps: peakRate(load.curve),
        peakUsers: load.devices,
        points: curvePoints(load.curve),
        plannedPerSecond:
          schedule !== null && durationMs <= MAX_PLANNED_MS ? plannedPerSecond(schedule) : [],
      };
    case "users": {
      const userPoints = curvePoints(load.curve).map(({ seconds, rps }) => ({
        seconds,
        users: rps,
      }));
      return { ...head, ...nothing, total: null, peakUsers: peakUsers(load.curve), userPoints };
    }
    case "iterations": {
      const { iterations: total, concurrency: users } = load;
      const userPoints = [0, durationMs / 1000].map((seconds) => ({ seconds, users }));
      return { ...head, ...nothing, total, peakUsers: users, userPoints };
    }
  }
}

/** The sum, or null when a part is not known. */
const sumKnown = (parts: readonly (number | null)[]) =>
  parts.reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);

/** What a valid scenario would do with the workers that are there, without doing it. */
export function previewScenario(scenario: Scenario, workers: readonly ListedWorker[]): Preview {
  const plan = planRun(scenario);
  const workloads = plan.workloads.map(previewWorkload);
  const requests = workloads.map(({ total }, i) => {
    const each = exactRequests(plan.workloads[i]?.flow ?? []);
    return total === null || each === null ? null : total * each;
  });
  return {
    durationSeconds: plan.durationMs / 1000,
    totalIterations: sumKnown(workloads.map(({ total }) => total)),
    totalRequests: sumKnown(requests),
    workloads,
    warnings: placementWarnings(plan, likelyWorkers(workers, scenario.numWorkers)),
  };
}
