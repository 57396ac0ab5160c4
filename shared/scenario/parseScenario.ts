import { ArrivalSchedule } from "../schedule/arrivalSchedule.ts";
import { depthProblems } from "../flow/rawFlow.ts";
import { hash32 } from "../random/hashRandom.ts";
import { makeSchedule } from "../schedule/makeSchedule.ts";
import { peakRate } from "../schedule/rateCurve.ts";
import { peakUsers } from "../schedule/userTimeline.ts";
import { crossProblems } from "./crossChecks.ts";
import { uniqueDataProblems } from "./dataUse.ts";
import { languageProblems } from "./languageChecks.ts";
import { type FileFacts, noFacts } from "./files.ts";
import { fileProblems } from "./fileUse.ts";
import type { Load } from "./load.ts";
import { MAX_POISSON_ARRIVALS, MAX_RPS, MAX_SECONDS } from "./limits.ts";
import { slaTimeProblems } from "../sla/slaProblems.ts";
import { boundedProblems, countIssues, type Problem, zodProblems } from "./problems.ts";
import { type Scenario, scenarioSchema } from "./scenarioSchema.ts";
import { secretsProblems } from "./listedSecrets.ts";
import { scriptKinds } from "../wire/script.ts";
import { scenarioDurationMs, scenarioWorkloads, scriptWorkload } from "./workloads.ts";

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
  ...["requestSeconds", "rejectUnauthorized", "vus", "paceSeconds", "initialVus", "targetVus"],
  ...["iterations", "concurrency", "maxDurationSeconds", "devices", "messagesPerSecond"],
  ...["distribution", "seconds", "min", "max", "mean", "deviation", "policy", "maxDelaySeconds"],
  ...["version", "proxy", "maxRedirects"],
  ...["extract", "check", "failRequest", "inline", "generate", "pick", "count", "fields"],
  ...["weighted", "randomInt", "basic", "bearer", "user", "password"],
  ...["value", "filename", "contentType", "when", "as"],
  ...["weighted", "randomInt", "from", "scope"],
  ...["group", "repeat", "parallel", "choose", "weight", "tags", "onError", "thinkTimeSeconds"],
  ...["csv", "json", "delimiter", "header", "file", "bodyFile", "sha256", "bytes", "compress"],
];

/** What is wrong with a load as a whole; undefined when nothing is. */
function loadProblem(load: Load): string | undefined {
  if (load.type === "iterations") return undefined;
  if (load.type === "users") {
    return peakUsers(load.curve) > 0 ? undefined : "has no user at any time: raise the number";
  }
  if (peakRate(load.curve) > MAX_RPS) {
    return `makes ${peakRate(load.curve)} per second; at most ${MAX_RPS.toLocaleString("en")}`;
  }
  // Even arrivals: a Poisson process of so small a rate may have one or none.
  const { total } = new ArrivalSchedule(load.curve);
  if (total === 0) return "schedules no request at all: raise the rate";
  if (load.arrival === "poisson" && total > MAX_POISSON_ARRIVALS) {
    return `schedules ${total} arrivals; at most ${MAX_POISSON_ARRIVALS} as a Poisson process`;
  }
  return undefined;
}

/** How many iterations a workload has at most; undefined when that is not known ahead. */
function iterationsOf(load: Load, seed: number): number | undefined {
  switch (load.type) {
    case "arrivals":
      return makeSchedule(load.curve, load.arrival, seed).total;
    case "iterations":
      return load.iterations;
    case "users":
      return undefined;
  }
}

/** What only the finished schedule can tell. */
function scheduleProblems(scenario: Scenario, facts: FileFacts): Problem[] {
  const workloads = scenarioWorkloads(scenario);
  const prefix = (i: number) => (scenario.workloads === undefined ? "" : `workloads[${i}].`);
  const problems = workloads.flatMap(({ load }, i) => {
    const message = loadProblem(load);
    return message === undefined ? [] : [{ path: `${prefix(i)}loadProfile`, message }];
  });
  const totals = workloads.map(({ steps, defaults, load }, i) => ({
    ...{ steps, defaults },
    total: () => iterationsOf(load, hash32(scenario.seed, i, 0)),
  }));
  const once = scriptKinds.flatMap((kind) => scriptWorkload(scenario, kind) ?? []);
  const onces = once.map(({ steps, defaults }) => ({ steps, defaults, total: () => 1 }));
  problems.push(...uniqueDataProblems(scenario, facts, [...totals, ...onces]));
  problems.push(...slaTimeProblems(scenario.sla ?? [], workloads));
  if (scenarioDurationMs(workloads) > MAX_SECONDS * 1000) {
    const path = scenario.workloads === undefined ? "loadProfile" : "workloads";
    problems.push({ path, message: "lasts longer than 7 days" });
  }
  return problems;
}

/**
 * Parses and checks a scenario document; all problems are reported at once, each with its path.
 * `facts` tell of its files what whoever has them knows; `unread` unknown fields were left out of
 * it, beyond more than are told.
 */
export function parseScenario(
  document: unknown,
  facts: FileFacts = noFacts,
  unread = 0,
): ParsedScenario {
  // Looking into what is nested without end would have no end.
  const deep = depthProblems(document);
  if (deep.length > 0) return { ok: false, problems: boundedProblems(deep, deep.length) };
  const parsed = scenarioSchema.safeParse(document);
  const problems = parsed.success ? [] : zodProblems(parsed.error, document, fieldNames);
  const fromSchema = problems.length;
  const seen = new Set(problems.map((problem) => problem.path));
  const between = [
    ...crossProblems(document),
    ...languageProblems(document, facts),
    ...fileProblems(document),
    ...facts.problems,
    ...secretsProblems(document),
  ];
  problems.push(...between.filter((problem) => !seen.has(problem.path)));
  if (parsed.success && problems.length === 0)
    problems.push(...scheduleProblems(parsed.data, facts));
  if (!parsed.success || problems.length > 0) {
    const untold = parsed.success ? 0 : countIssues(parsed.error) - fromSchema;
    return { ok: false, problems: boundedProblems(problems, problems.length + untold + unread) };
  }
  return { ok: true, scenario: parsed.data };
}
