import type { Preview } from "@onrush/shared/api/scenarioApi.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import {
  type PlainWorkload,
  scenarioDurationMs,
  scenarioWorkloads,
} from "@onrush/shared/scenario/workloads.ts";
import { ArrivalSchedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { plannedPerSecond } from "@onrush/shared/schedule/plannedCounts.ts";
import { curvePoints, peakRate } from "@onrush/shared/schedule/rateCurve.ts";

/** Longer workloads get no planned count per second: too much to draw and to send. */
const MAX_PLANNED_MS = 3_600_000;

function previewWorkload({ name, curve, startMs }: PlainWorkload) {
  const schedule = new ArrivalSchedule(curve);
  return {
    name,
    total: schedule.total,
    peakRps: peakRate(curve),
    startSecond: startMs / 1000,
    durationSeconds: curve.durationMs / 1000,
    points: curvePoints(curve),
    plannedPerSecond: curve.durationMs <= MAX_PLANNED_MS ? plannedPerSecond(schedule) : [],
  };
}

/** What a valid scenario would do, without doing it. */
export function previewScenario(scenario: Scenario): Preview {
  const plain = scenarioWorkloads(scenario);
  const workloads = plain.map(previewWorkload);
  const sum = (count: (index: number) => number) =>
    workloads.reduce((total, _, index) => total + count(index), 0);
  const iterations = (index: number) => workloads[index]?.total ?? 0;
  return {
    durationSeconds: scenarioDurationMs(plain) / 1000,
    totalIterations: sum(iterations),
    totalRequests: sum((index) => iterations(index) * (plain[index]?.steps.length ?? 0)),
    workloads,
  };
}
