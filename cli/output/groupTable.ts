import type { Summary } from "@onrush/shared/api/runView.ts";
import { count, ms } from "./formatNumbers.ts";
import { textTable } from "./textTable.ts";

/** A row for each group of steps, with its workload where there are several. */
export function groupTable({ groups, workloads }: Pick<Summary, "groups" | "workloads">): string[] {
  if (groups.length === 0) return [];
  const several = workloads.length > 1;
  const head = ["GROUP", "COUNT", "OK", "FAILED", "P50", "P95", "P99", "MAX"];
  const rows = groups.map(({ name, workload, count: ended, ok, failed, duration }) => [
    several ? `${workload}: ${name}` : name,
    ...[count(ended), count(ok), count(failed)],
    ...[ms(duration.p50), ms(duration.p95), ms(duration.p99), ms(duration.max)],
  ]);
  const table = textTable([head, ...rows], [1, 2, 3, 4, 5, 6, 7]);
  return ["  groups, from begin to end:", ...table.split("\n").map((line) => `    ${line}`)];
}
