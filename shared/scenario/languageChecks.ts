import { parseCondition, parseSource } from "../condition/parseCondition.ts";
import { stringsIn } from "../template/jsonTemplate.ts";
import {
  type Expression,
  expressionsIn,
  hasTemplate,
  parseTemplate,
} from "../template/parseTemplate.ts";
import { type RawElement, rawElements, rawFlows, type RawStep, rawSteps } from "../flow/rawFlow.ts";
import { slaNames } from "../sla/slaNames.ts";
import { slaProblems } from "../sla/slaProblems.ts";
import type { FileFacts } from "./files.ts";
import { nearest, type Problem } from "./problems.ts";

/**
 * Checks of templates, data, checks and extractions. Like `crossChecks.ts` they read the raw
 * document, so that all problems are reported together; wrong types are left to the schema.
 */

type Raw = Record<string, unknown>;

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const entriesOf = (value: unknown) => (isObject(value) ? Object.entries(value) : []);

/** Field names by data set; undefined where they cannot be told. */
type KnownData = ReadonlyMap<string, ReadonlySet<string> | undefined>;

interface Scope {
  data: KnownData;
  variables: ReadonlySet<string>;
}

const suggestion = (name: string, known: Iterable<string>) => {
  const near = nearest(name, [...known]);
  return near === undefined ? "" : `; did you mean "${near}"?`;
};

function nameProblem(expression: Expression, scope: Scope): string | undefined {
  switch (expression.kind) {
    case "text":
      return undefined;
    case "call":
      return expression.name === "row" ? "row is for the fields of generated data" : undefined;
    case "variable": {
      const { name } = expression;
      if (scope.variables.has(name)) return undefined;
      return `no earlier step extracts "${name}"${suggestion(name, scope.variables)}`;
    }
    case "data": {
      const { set, field } = expression;
      if (!scope.data.has(set)) {
        return `there is no data set "${set}"${suggestion(set, scope.data.keys())}`;
      }
      const fields = scope.data.get(set);
      if (fields === undefined || fields.has(field)) return undefined;
      return `data.${set} has no field "${field}"${suggestion(field, fields)}`;
    }
  }
}

function templateProblems(path: string, text: unknown, scope: Scope): Problem[] {
  if (typeof text !== "string" || !hasTemplate(text)) return [];
  const parsed = parseTemplate(text);
  if (!parsed.ok) return [{ path, message: `column ${parsed.column}: ${parsed.message}` }];
  return expressionsIn(parsed.segments).flatMap((expression) => {
    const problem = nameProblem(expression, scope);
    if (problem === undefined || expression.kind === "text") return [];
    return [{ path, message: `column ${expression.column}: ${problem}` }];
  });
}

const rowFunctions: ReadonlySet<string> = new Set(["row", "uuid", "randomInt"]);

/** Fields of generated rows know nothing but their row. */
function rowTemplateProblems(path: string, text: unknown): Problem[] {
  if (typeof text !== "string" || !hasTemplate(text)) return [];
  const parsed = parseTemplate(text);
  if (!parsed.ok) return [{ path, message: `column ${parsed.column}: ${parsed.message}` }];
  return expressionsIn(parsed.segments).flatMap((expression) => {
    if (expression.kind === "text") return [];
    if (expression.kind === "call" && rowFunctions.has(expression.name)) return [];
    const message = "generated fields may use row, uuid and randomInt only";
    return [{ path, message: `column ${expression.column}: ${message}` }];
  });
}

function inlineProblems(rows: readonly unknown[], path: string): Problem[] {
  const first = isObject(rows[0]) ? Object.keys(rows[0]) : [];
  return rows.flatMap((row, i) => {
    if (!isObject(row)) return [];
    const at = `${path}[${i}]`;
    const missing = first.filter((field) => row[field] === undefined);
    const extra = Object.keys(row).filter((field) => !first.includes(field));
    return [
      ...missing.map((field) => ({
        path: `${at}.${field}`,
        message: "needed: the first row has it",
      })),
      ...extra.map((field) => ({
        path: `${at}.${field}`,
        message: `unknown: the first row does not have it${suggestion(field, first)}`,
      })),
    ];
  });
}

function dataProblems(data: unknown): Problem[] {
  return entriesOf(data).flatMap(([name, set]) => {
    if (!isObject(set)) return [];
    const generate = isObject(set["generate"]) ? set["generate"] : {};
    return [
      ...inlineProblems(listOf(set["inline"]), `data.${name}.inline`),
      ...entriesOf(generate["fields"]).flatMap(([field, value]) =>
        rowTemplateProblems(`data.${name}.generate.fields.${field}`, value),
      ),
    ];
  });
}

function knownData(data: unknown, facts: FileFacts): KnownData {
  return new Map(
    entriesOf(data).map(([name, set]) => {
      if (!isObject(set)) return [name, undefined];
      const generate = isObject(set["generate"]) ? set["generate"] : {};
      const fields = isObject(generate["fields"]) ? generate["fields"] : undefined;
      const row = listOf(set["inline"])[0];
      const known = isObject(row) ? row : fields;
      const names = known === undefined ? facts.sets.get(name)?.fields : Object.keys(known);
      return [name, names === undefined ? undefined : new Set(names)];
    }),
  );
}

function checkProblems(checks: unknown, path: string): Problem[] {
  const seen = new Map<string, number>();
  return listOf(checks).flatMap((check, i) => {
    const at = `${path}[${i}]`;
    const isPlain = typeof check === "string";
    const text = isPlain ? check : isObject(check) ? check["check"] : undefined;
    const name = isPlain ? check : isObject(check) ? check["name"] : undefined;
    const problems: Problem[] = [];
    if (typeof name === "string") {
      const first = seen.get(name.trim());
      if (first === undefined) seen.set(name.trim(), i);
      else problems.push({ path: at, message: `already the name of checks[${first}]` });
    }
    if (typeof text !== "string") return problems;
    const parsed = parseCondition(text);
    const where = isPlain ? at : `${at}.check`;
    if (!parsed.ok) {
      problems.push({ path: where, message: `column ${parsed.column}: ${parsed.message}` });
    }
    return problems;
  });
}

function outcomeProblems(outcomes: unknown, path: string): Problem[] {
  return listOf(outcomes).flatMap((outcome, i) => {
    const text = isObject(outcome) ? outcome["when"] : undefined;
    if (typeof text !== "string") return [];
    const parsed = parseCondition(text);
    if (parsed.ok) return [];
    return [{ path: `${path}[${i}].when`, message: `column ${parsed.column}: ${parsed.message}` }];
  });
}

/** What a workload gives to all of its steps: nothing has been extracted yet. */
function inheritedProblems(workload: Raw, prefix: string, data: KnownData): Problem[] {
  const scope: Scope = { data, variables: new Set() };
  return [
    ...stringsIn(workload["auth"], `${prefix}auth`).flatMap(({ path, text }) =>
      templateProblems(path, text, scope),
    ),
    ...outcomeProblems(workload["outcomes"], `${prefix}outcomes`),
  ];
}

function extractProblems(extract: unknown, path: string): Problem[] {
  return entriesOf(extract).flatMap(([name, one]) => {
    const text = isObject(one) ? one["from"] : one;
    if (typeof text !== "string") return [];
    const parsed = parseSource(text);
    if (parsed.ok) return [];
    const at = isObject(one) ? `${path}.${name}.from` : `${path}.${name}`;
    return [{ path: at, message: `column ${parsed.column}: ${parsed.message}` }];
  });
}

function requestProblems(step: Raw, prefix: string, urlField: string, scope: Scope): Problem[] {
  return [
    ...templateProblems(`${prefix}${urlField}`, step[urlField], scope),
    ...entriesOf(step["headers"]).flatMap(([name, value]) =>
      templateProblems(`${prefix}headers.${name}`, value, scope),
    ),
    ...["body", "query", "form", "multipart", "auth"].flatMap((field) =>
      stringsIn(step[field], `${prefix}${field}`).flatMap(({ path, text }) =>
        templateProblems(path, text, scope),
      ),
    ),
    ...outcomeProblems(step["outcomes"], `${prefix}outcomes`),
    ...checkProblems(step["checks"], `${prefix}checks`),
    ...extractProblems(step["extract"], `${prefix}extract`),
  ];
}

/** What a flow knows on its way: variables are added as steps extract them. */
interface FlowScope extends Scope {
  variables: Set<string>;
}

function elementProblems(element: RawElement, scope: FlowScope): Problem[] {
  const { variables, data } = scope;
  const know = (names: Iterable<string>) => {
    for (const name of names) variables.add(name);
  };
  const ofStep = ({ step, path }: RawStep) => requestProblems(step, `${path}.`, "url", scope);
  const extractedBy = ({ step }: Pick<RawStep, "step">) =>
    entriesOf(step["extract"]).map(([name]) => name);
  switch (element.kind) {
    case "step": {
      const problems = ofStep(element);
      know(extractedBy(element));
      return problems;
    }
    case "parallel": {
      // What is sent together knows nothing of each other.
      const problems = element.steps.flatMap(ofStep);
      know(element.steps.flatMap(extractedBy));
      return problems;
    }
    case "block":
      return flowLanguage(element.block["steps"], `${element.path}.steps`, scope);
    case "choice": {
      const branches = element.branches.map(({ branch, path }) => {
        const own = new Set(variables);
        const problems = flowLanguage(branch["steps"], `${path}.steps`, { data, variables: own });
        return { problems, own };
      });
      for (const { own } of branches) know(own);
      return branches.flatMap(({ problems }) => problems);
    }
  }
}

function flowLanguage(steps: unknown, path: string, scope: FlowScope): Problem[] {
  return rawElements(steps, path).flatMap((element) => elementProblems(element, scope));
}

/** A variable is one user's or one iteration's, whichever step extracts it. */
function scopesProblems(steps: readonly RawStep[]): Problem[] {
  const known = new Map<string, { scope: unknown; path: string }>();
  return steps.flatMap(({ step, path }) =>
    entriesOf(step["extract"]).flatMap(([name, one]) => {
      const scope = (isObject(one) ? one["scope"] : undefined) ?? "iteration";
      const at = `${path}.extract.${name}`;
      const first = known.get(name);
      if (first === undefined) known.set(name, { scope, path: at });
      if (first === undefined || first.scope === scope) return [];
      return [{ path: at, message: `has another scope than ${first.path}` }];
    }),
  );
}

/** Users know from the beginning what they keep: before it was extracted it is an empty text. */
const keptBy = (steps: readonly RawStep[]) =>
  steps.flatMap(({ step }) =>
    entriesOf(step["extract"]).flatMap(([name, one]) =>
      isObject(one) && one["scope"] === "virtualUser" ? [name] : [],
    ),
  );

function stepsProblems(steps: unknown, path: string, data: KnownData): Problem[] {
  const all = rawSteps(steps, path);
  const variables = new Set(keptBy(all));
  return [...flowLanguage(steps, path, { data, variables }), ...scopesProblems(all)];
}

/** Problems of everything in a raw scenario document that is a language of its own. */
export function languageProblems(document: unknown, facts: FileFacts): Problem[] {
  if (!isObject(document)) return [];
  const data = knownData(document["data"], facts);
  return [
    ...dataProblems(document["data"]),
    ...slaProblems(document["sla"], slaNames(document)),
    ...requestProblems(document, "", "targetUrl", { data, variables: new Set() }),
    ...rawFlows(document).flatMap(({ path, steps }) => stepsProblems(steps, path, data)),
    ...listOf(document["workloads"]).flatMap((workload, i) =>
      isObject(workload) ? inheritedProblems(workload, `workloads[${i}].`, data) : [],
    ),
  ];
}
