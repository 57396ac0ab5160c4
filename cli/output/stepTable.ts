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
  const hasNeutral = steps.some(({ requests }) => requests.neutral > 0);
  const ifNeutral = (text: string) => (hasNeutral ? [text] : []);
  const head = [
    ...["STEP", "SENT", "RPS", "OK", "FAILED", ...ifNeutral("NEUTRAL")],
    ...["P50", "P95", "P99", "SERVICE P95"],
  ];
  const rows = steps.map(({ name, workload, requests, rps, response, service }) => [
    several ? `${workload}: ${name}` : name,
    ...[count(requests.sent), rate(rps), count(requests.ok), count(requests.failed)],
    ...ifNeutral(count(requests.neutral)),
    ...[ms(response.p50), ms(response.p95), ms(response.p99), ms(service.p95)],
  ]);
  const numbers = head.slice(1).map((_, i) => i + 1);
  const table = textTable([head, ...rows], numbers);
  return ["  steps:", ...table.split("\n").map((line) => `    ${line}`)];
}
