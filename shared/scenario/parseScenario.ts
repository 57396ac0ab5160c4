import { ArrivalSchedule } from "../schedule/arrivalSchedule.ts";
import { crossProblems } from "./crossChecks.ts";
import { uniqueDataProblems } from "./dataUse.ts";
import { languageProblems } from "./languageChecks.ts";
import { MAX_SECONDS } from "./limits.ts";
import { boundedProblems, countIssues, type Problem, zodProblems } from "./problems.ts";
import { type Scenario, scenarioSchema } from "./scenarioSchema.ts";
import { scenarioDurationMs, scenarioWorkloads } from "./workloads.ts";

export type ParsedScenario =
  { ok: true; scenario: Scenario } | { ok: false; problems: readonly Problem[] };

/** Every field name of the document, for suggestions on typing errors. */
const fieldNames = [
  ...Object.keys(scenarioSchema.shape),
  ...[
    "url",
    "protocol",
    "startSecond",
    "type",
    "initialRps",
    "targetRps",
    "rampUpSeconds",
    "bursts",
  ],
  ...[
    "rps",
    "repeatEverySeconds",
    "spikeRps",
    "spikeStartSecond",
    "spikeDurationSeconds",
    "stages",
  ],
  ...["requestSeconds", "rejectUnauthorized"],
  ...["extract", "check", "failRequest", "inline", "generate", "pick", "count", "fields"],
  ...["weighted", "randomInt"],
];

/** What only the finished schedule can tell. */
function scheduleProblems(scenario: Scenario): Problem[] {
  const workloads = scenarioWorkloads(scenario);
  const prefix = (i: number) => (scenario.workloads === undefined ? "" : `workloads[${i}].`);
  const empty = workloads.flatMap((workload, i) =>
    new ArrivalSchedule(workload.curve).total > 0
      ? []
      : [
          {
            path: `${prefix(i)}loadProfile`,
            message: "schedules no request at all: raise the rate",
          },
        ],
  );
  const totals = workloads.map(({ steps, curve }) => ({
    steps,
    total: new ArrivalSchedule(curve).total,
  }));
  empty.push(...uniqueDataProblems(scenario, totals));
  if (scenarioDurationMs(workloads) > MAX_SECONDS * 1000) {
    const path = scenario.workloads === undefined ? "loadProfile" : "workloads";
    empty.push({ path, message: "lasts longer than 7 days" });
  }
  return empty;
}

/** Parses and checks a scenario document; all problems are reported at once, each with its path. */
export function parseScenario(document: unknown): ParsedScenario {
  const parsed = scenarioSchema.safeParse(document);
  const problems = parsed.success ? [] : zodProblems(parsed.error, fieldNames);
  const fromSchema = problems.length;
  const seen = new Set(problems.map((problem) => problem.path));
  const between = [...crossProblems(document), ...languageProblems(document)];
  problems.push(...between.filter((problem) => !seen.has(problem.path)));
  if (parsed.success && problems.length === 0) problems.push(...scheduleProblems(parsed.data));
  if (!parsed.success || problems.length > 0) {
    const unread = parsed.success ? 0 : countIssues(parsed.error) - fromSchema;
    return { ok: false, problems: boundedProblems(problems, problems.length + unread) };
  }
  return { ok: true, scenario: parsed.data };
}
