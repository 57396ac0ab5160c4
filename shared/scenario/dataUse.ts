import { rowCount } from "../data/dataSets.ts";
import { stringsIn } from "../template/jsonTemplate.ts";
import { expressionsIn, hasTemplate, segmentsOf } from "../template/parseTemplate.ts";
import type { FileFacts } from "./files.ts";
import type { Problem } from "./problems.ts";
import type { PlainWorkload } from "./workloads.ts";
import type { Scenario, Step } from "./scenarioSchema.ts";

/** Every text of a step that may have templates. */
function textsOf({ url, headers, body, query, form, multipart, auth }: Step): string[] {
  const parts = [body, query, form, multipart, auth].flatMap((part) => stringsIn(part, ""));
  return [url, ...Object.values(headers), ...parts.map(({ text }) => text)];
}

type WithSteps = Pick<PlainWorkload, "steps" | "defaults">;

/** The data sets that a workload's steps take values from. The steps have passed validation. */
export function dataSetsOf({ steps, defaults }: WithSteps): Set<string> {
  const inherited = stringsIn(defaults.auth, "").map(({ text }) => text);
  const texts = [...inherited, ...steps.flatMap(textsOf)].filter(hasTemplate);
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
  facts: FileFacts,
  workloads: readonly (WithSteps & { total: () => number | undefined })[],
): Problem[] {
  const used = workloads.map(dataSetsOf);
  return Object.entries(scenario.data ?? {}).flatMap(([name, set]) => {
    if (set.pick !== "unique") return [];
    const path = `data.${name}.pick`;
    const users = workloads.filter((_, i) => used[i]?.has(name));
    if (users.length > 1) {
      return [
        {
          path,
          message: `${users.length} workloads would share its rows (setup and teardown are one each): give each its own`,
        },
      ];
    }
    const [user] = users;
    const rows = rowCount(set) ?? facts.sets.get(name)?.rows;
    if (user === undefined || rows === undefined) return [];
    const total = user.total();
    if (total !== undefined && total <= rows) return [];
    const wanted = total ?? "an unknown number of";
    return [{ path, message: `${wanted} iterations need a row each; there are ${rows}` }];
  });
}
