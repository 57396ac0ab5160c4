import { rowCount } from "../data/dataSets.ts";
import { stringsIn } from "../template/jsonTemplate.ts";
import { expressionsIn, hasTemplate, segmentsOf } from "../template/parseTemplate.ts";
import type { Problem } from "./problems.ts";
import type { Scenario, Step } from "./scenarioSchema.ts";

/** Every text of a step that may have templates. */
function textsOf(step: Step): string[] {
  const inBody = step.body === undefined ? [] : stringsIn(step.body, "").map(({ text }) => text);
  return [step.url, ...Object.values(step.headers), ...inBody];
}

/** The data sets that steps take values from. The steps have passed validation. */
export function dataSetsOf(steps: readonly Step[]): Set<string> {
  const texts = steps.flatMap(textsOf).filter(hasTemplate);
  const expressions = texts.flatMap((text) => expressionsIn(segmentsOf(text)));
  return new Set(expressions.flatMap((one) => (one.kind === "data" ? [one.set] : [])));
}

/**
 * A unique row belongs to one iteration of the run: the set serves one workload, and has a row for
 * each of its iterations. `total` answers undefined where their number is not known ahead; it is
 * asked only for workloads that need it, as the counts of a Poisson process have to be drawn.
 */
export function uniqueDataProblems(
  scenario: Scenario,
  workloads: readonly { steps: readonly Step[]; total: () => number | undefined }[],
): Problem[] {
  const used = workloads.map(({ steps }) => dataSetsOf(steps));
  return Object.entries(scenario.data ?? {}).flatMap(([name, set]) => {
    if (set.pick !== "unique") return [];
    const path = `data.${name}.pick`;
    const users = workloads.filter((_, i) => used[i]?.has(name));
    if (users.length > 1) {
      return [
        { path, message: `${users.length} workloads would share its rows: give each its own` },
      ];
    }
    const [user] = users;
    const rows = rowCount(set);
    if (user === undefined) return [];
    const total = user.total();
    if (total !== undefined && total <= rows) return [];
    const wanted = total ?? "an unknown number of";
    return [{ path, message: `${wanted} iterations need a row each; there are ${rows}` }];
  });
}
