import { nearest, type Problem } from "../scenario/problems.ts";
import { canAbort, GROWS, parseSla, slaLineOf } from "./parseSla.ts";
import type { SlaNames } from "./slaNames.ts";
import type { SlaDocument, SlaLine } from "./slaLine.ts";
import { MAX_SLA_LINES } from "./slaSchema.ts";
import { slaScope, type SlaWorkload, workloadsOf } from "./slaScope.ts";

type Raw = Record<string, unknown>;
const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function unknownName(what: string, name: string, known: readonly string[]): string {
  const distinct = [...new Set(known)];
  const near = nearest(name, distinct);
  if (near !== undefined) return `there is no ${what} "${name}"; did you mean "${near}"?`;
  const some = distinct.slice(0, 5).join(", ");
  return `there is no ${what} "${name}"${some === "" ? "" : `; there is ${some}`}`;
}

/** What of a line names nothing in the scenario. */
function nameProblems({ selector, metric }: SlaLine, names: SlaNames): string[] {
  const { step, workload, tag, group } = selector;
  const workloadNames = names.workloads.map(({ name }) => name);
  if (workload !== undefined && !workloadNames.includes(workload)) {
    return [unknownName("workload", workload, workloadNames)];
  }
  const meantWorkloads = names.workloads.filter(
    ({ name }) => workload === undefined || name === workload,
  );
  const groups = meantWorkloads.flatMap((one) => one.groups);
  if (group !== undefined && !groups.some(({ name }) => name === group)) {
    return [
      unknownName(
        "group",
        group,
        groups.map(({ name }) => name),
      ),
    ];
  }
  const inWorkload = group === undefined ? meantWorkloads.flatMap(({ steps }) => steps) : groups;
  if (step !== undefined && !inWorkload.some(({ name }) => name === step)) {
    return [
      unknownName(
        "step",
        step,
        inWorkload.map(({ name }) => name),
      ),
    ];
  }
  const meant = inWorkload
    .filter(({ name }) => name === (step ?? group ?? name))
    .filter(({ tags }) => tag === undefined || tags[tag.name] === tag.value);
  if (tag !== undefined && meant.length === 0) {
    const tags = inWorkload.flatMap(({ tags }) => Object.entries(tags).map((t) => t.join("=")));
    return [
      unknownName(
        `${group === undefined ? "step" : "group"} with the tag`,
        `${tag.name}=${tag.value}`,
        tags,
      ),
    ];
  }
  if (metric.kind !== "counted" || metric.only === null) return [];
  if (metric.name === "checks") {
    const checks = meant.flatMap((one) => one.checks);
    return checks.includes(metric.only) ? [] : [unknownName("check", metric.only, checks)];
  }
  if (metric.name !== "outcome" || names.outcomes.includes(metric.only)) return [];
  return [unknownName("outcome", metric.only, names.outcomes)];
}

/** Problems of the lines of a raw document; wrong types are left to the schema. */
export function slaProblems(lines: unknown, names: SlaNames): Problem[] {
  if (!Array.isArray(lines)) return [];
  // More of them are refused, whatever they say.
  return lines.slice(0, MAX_SLA_LINES).flatMap((document: unknown, i): Problem[] => {
    const isPlain = typeof document === "string";
    const text = isPlain ? document : isObject(document) ? document["check"] : undefined;
    if (typeof text !== "string" || text.trim() === "") return [];
    const path = isPlain ? `sla[${i}]` : `sla[${i}].check`;
    const parsed = parseSla(text.trim());
    if (!parsed.ok) return [{ path, message: `column ${parsed.column}: ${parsed.message}` }];
    const asksAbort = isObject(document) && document["abort"] === true;
    const problems = nameProblems(parsed.value, names).map((message) => ({ path, message }));
    if (asksAbort && !canAbort(parsed.value)) {
      problems.push({ path: `sla[${i}].abort`, message: GROWS });
    }
    return problems;
  });
}

function stageProblem(line: SlaLine, meant: readonly SlaWorkload[]): string | undefined {
  const { stage } = line;
  if (stage === null) return undefined;
  const [workload, ...others] = meant;
  if (others.length > 0) {
    return "several workloads have stages: say whose, as in workload(name).p95 < 500ms in stage(1)";
  }
  const { length } = workload?.stages ?? [];
  if (stage > length) {
    return `the load profile has ${length === 1 ? "one stage" : `${length} stages`}, no stage(${stage})`;
  }
  return undefined;
}

function timeProblem(line: SlaLine, workloads: readonly SlaWorkload[]): string | undefined {
  const meant = workloadsOf(line.selector, workloads).flatMap((index) => workloads[index] ?? []);
  const problem = stageProblem(line, meant);
  if (problem !== undefined) return problem;
  const { fromSecond, endMs } = slaScope(line, workloads);
  const what = line.stage === null ? "load" : `stage(${line.stage})`;
  if (fromSecond * 1000 >= endMs) {
    if (line.afterSeconds === 0) return `${what} is over within its first second`;
    return `after ${line.afterSeconds}s nothing is left of the ${what}`;
  }
  const wholeSeconds = Math.floor(endMs / 1000) - fromSecond;
  if (line.overSeconds !== null && line.overSeconds > wholeSeconds) {
    return `a window of ${line.overSeconds} s does not fit into ${wholeSeconds} s of ${what}`;
  }
  const windows = wholeSeconds - (line.overSeconds ?? 0) + 1;
  if (line.forWindows > windows) {
    return `there are ${windows} windows of ${line.overSeconds} s in ${what}, fewer than ${line.forWindows}`;
  }
  return undefined;
}

/** What only the finished schedule can tell of lines that are right by themselves. */
export function slaTimeProblems(
  documents: readonly SlaDocument[],
  workloads: readonly SlaWorkload[],
): Problem[] {
  return documents.flatMap((document, i) => {
    const message = timeProblem(slaLineOf(document), workloads);
    return message === undefined ? [] : [{ path: `sla[${i}]`, message }];
  });
}
