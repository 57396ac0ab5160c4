import type { Summary } from "@onrush/shared/api/runView.ts";
import { count } from "./formatNumbers.ts";
import type { Paint } from "./tone.ts";

/** A line for each check: what held and how often, with its workload where there are several. */
export function checkLines(
  { checks, workloads }: Pick<Summary, "checks" | "workloads">,
  paint: Paint,
): string[] {
  if (checks.length === 0) return [];
  const several = workloads.length > 1;
  const lines = checks.map(({ name, workload, step, passed, failed, percent }) => {
    const holds = failed === 0;
    const where = several ? `${workload}: ${step}` : step;
    const named = paint(`${holds ? "✓" : "✗"} ${where}: ${name}`, holds ? "good" : "bad");
    // What is not all never reads 100.
    const shown = holds ? "100" : Math.min(percent, 99.99).toFixed(2);
    const misses = holds ? "" : `, ${count(failed)} failed`;
    return `    ${named}  ${shown} % of ${count(passed + failed)}${misses}`;
  });
  return ["  checks:", ...lines];
}
