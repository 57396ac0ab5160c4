import type { SecondView } from "../api/secondView.ts";
import { latencyStats } from "./latencyStats.ts";
import { Histogram } from "./histogram.ts";
import { phases } from "./phases.ts";
import type { RunSecond } from "./second.ts";
import { type FaultOptions, faultTexts, secondFaults } from "./secondFaults.ts";
import { addCounts, StepAccumulator, WorkloadAccumulator } from "./secondAccumulator.ts";
import { addSparse } from "./sparseHistogram.ts";
import type { RunNames } from "./summary.ts";

/** A merged second in numbers for charts. `planned` is the plan's count for this second. */
export function viewSecond(
  record: RunSecond,
  names: RunNames,
  planned: number,
  options: FaultOptions = {},
): SecondView {
  const traffic = new StepAccumulator();
  const totals = { planned, started: 0, lost: 0, inFlight: 0, users: 0, connections: 0 };
  const droppedBy: Record<string, number> = {};
  const lateness = new Histogram();
  const steps: SecondView["steps"] = [];
  for (const part of record.workloads) {
    const merged = new WorkloadAccumulator();
    merged.addSecond(part);
    totals.started += part.started;
    totals.lost += part.lost;
    totals.inFlight += part.inFlight;
    totals.users += part.users;
    totals.connections += part.connections;
    addCounts(droppedBy, part.dropped);
    addSparse(lateness, part.lateness);
    for (const [index, step] of merged.steps) {
      traffic.add(step);
      const { name: workload = "", steps: known } = names.workloads[part.workload] ?? {};
      steps.push({ name: known?.[index]?.name ?? "", workload, ...viewStep(step) });
    }
  }
  const { sent, completed, bytesSent, bytesReceived, redirects, statusCodes, errors } = traffic;
  const { ok, failed, neutral, interrupted } = traffic;
  return {
    ...{ second: record.second, rev: record.rev, partial: record.partial },
    ...totals,
    dropped: Object.values(droppedBy).reduce((sum, count) => sum + count, 0),
    droppedBy,
    ...{ ok, failed, neutral, interrupted },
    ...{ sent, completed, bytesSent, bytesReceived, redirects, statusCodes, errors },
    response: latencyStats(traffic.response),
    service: latencyStats(traffic.service),
    phases: phaseAverages(traffic),
    latenessP99Ms: latencyStats(lateness).p99,
    steps,
    workers: record.workers,
    bad: faultTexts(secondFaults(record, options)),
  };
}

/** Average of each phase, milliseconds: where the time of this second's requests went. */
function phaseAverages(step: StepAccumulator): SecondView["phases"] {
  const averages: SecondView["phases"] = {};
  for (const phase of phases) {
    const histogram = step.phases[phase];
    if (histogram === undefined || histogram.total === 0) continue;
    averages[phase] = Math.round(histogram.sumUs / histogram.total) / 1000;
  }
  return averages;
}

function viewStep(step: StepAccumulator): Omit<SecondView["steps"][number], "name" | "workload"> {
  const { ok, failed, neutral, interrupted, sent, redirects } = step;
  const response = latencyStats(step.response);
  return {
    ok,
    failed,
    neutral,
    interrupted,
    sent,
    redirects,
    response,
    service: latencyStats(step.service),
  };
}
