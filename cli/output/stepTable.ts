import type { Summary } from "@onrush/shared/api/runView.ts";
import { count, ms, rate } from "./formatNumbers.ts";
import { textTable } from "./textTable.ts";

/** A row for each step, with its workload where there are several; nothing for a single step. */
export function stepTable({ workloads }: Pick<Summary, "workloads">): string[] {
  const steps = workloads.flatMap((workload) =>
    workload.steps.map((step) => ({ ...step, workload: workload.name })),
  );
  if (steps.length < 2) return [];
  const several = workloads.length > 1;
  const head = ["STEP", "SENT", "RPS", "OK", "FAILED", "P50", "P95", "P99", "SERVICE P95"];
  const rows = steps.map(({ name, workload, requests, rps, response, service }) => [
    several ? `${workload}: ${name}` : name,
    ...[count(requests.sent), rate(rps), count(requests.ok + requests.neutral)],
    ...[count(requests.failed), ms(response.p50), ms(response.p95), ms(response.p99)],
    ms(service.p95),
  ]);
  const table = textTable([head, ...rows], [1, 2, 3, 4, 5, 6, 7, 8]);
  return ["  steps:", ...table.split("\n").map((line) => `    ${line}`)];
}
