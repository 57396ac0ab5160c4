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
import { MAX_PROBLEMS, MAX_STEPS } from "./limits.ts";
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

/** What to say behind a name that is not known: the nearest that is, or nothing. */
type Suggest = (name: string, known: ReadonlySet<string> | KnownData) => string;

interface Scope {
  suggest: Suggest;
  data: KnownData;
  variables: ReadonlySet<string>;
}

/** Suggests as often as problems are told. */
function suggestions(): Suggest {
  let left = MAX_PROBLEMS;
  return (name, known) => {
    if (left-- <= 0) return "";
    const near = nearest(name, [...known.keys()]);
    return near === undefined ? "" : `; did you mean "${near}"?`;
  };
}

function nameProblem(expression: Expression, scope: Scope): string | undefined {
  switch (expression.kind) {
    case "text":
      return undefined;
    case "call":
      return expression.name === "row" ? "row is for the fields of generated data" : undefined;
    case "variable": {
      const { name } = expression;
      if (scope.variables.has(name)) return undefined;
      return `no earlier step extracts "${name}"${scope.suggest(name, scope.variables)}`;
    }
    case "data": {
      const { set, field } = expression;
      if (!scope.data.has(set)) {
        return `there is no data set "${set}"${scope.suggest(set, scope.data)}`;
      }
      const fields = scope.data.get(set);
      if (fields === undefined || fields.has(field)) return undefined;
      return `data.${set} has no field "${field}"${scope.suggest(field, fields)}`;
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

function* inlineProblems(
  rows: readonly unknown[],
  path: string,
  suggest: Suggest,
): Iterable<Problem> {
  const first = new Set(isObject(rows[0]) ? Object.keys(rows[0]) : []);
  for (const [i, row] of rows.entries()) {
    if (!isObject(row)) continue;
    const at = `${path}[${i}]`;
    for (const field of first) {
      if (Object.hasOwn(row, field)) continue;
      yield { path: `${at}.${field}`, message: "needed: the first row has it" };
    }
    for (const field of Object.keys(row)) {
      if (first.has(field)) continue;
      const message = `unknown: the first row does not have it${suggest(field, first)}`;
      yield { path: `${at}.${field}`, message };
    }
  }
}

function* setProblems(data: unknown, suggest: Suggest): Iterable<Problem> {
  for (const [name, set] of entriesOf(data)) {
    if (!isObject(set)) continue;
    const generate = isObject(set["generate"]) ? set["generate"] : {};
    yield* inlineProblems(listOf(set["inline"]), `data.${name}.inline`, suggest);
    for (const [field, value] of entriesOf(generate["fields"])) {
      yield* rowTemplateProblems(`data.${name}.generate.fields.${field}`, value);
    }
  }
}

/** Rows times fields may be far more than a document has characters. */
const MAX_DATA_PROBLEMS = 10 * MAX_PROBLEMS;

function dataProblems(data: unknown, suggest: Suggest): Problem[] {
  const problems: Problem[] = [];
  for (const problem of setProblems(data, suggest)) {
    problems.push(problem);
    if (problems.length >= MAX_DATA_PROBLEMS) break;
  }
  return problems;
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

/** What a workload gives to all of its steps: nothing but setup has extracted anything yet. */
function inheritedProblems(workload: Raw, prefix: string, scope: Scope): Problem[] {
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
  const { variables } = scope;
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
      const withSteps = element.branches.filter(({ branch }) =>
        isObject(listOf(branch["steps"])[0]),
      );
      const branches = withSteps.map(({ branch, path }) => {
        const own = new Set(variables);
        const problems = flowLanguage(branch["steps"], `${path}.steps`, {
          ...scope,
          variables: own,
        });
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

function stepsProblems(steps: unknown, path: string, scope: Scope): Problem[] {
  const all = rawSteps(steps, path);
  // Each branch has variables of its own: too many are told of, and not looked into.
  if (all.length > MAX_STEPS) return [];
  const variables = new Set([...scope.variables, ...keptBy(all)]);
  const again = all.flatMap(({ step, path: at }) =>
    entriesOf(step["extract"]).flatMap(([name]) => {
      if (!scope.variables.has(name)) return [];
      const message = "setup extracts it already: choose another name";
      return [{ path: `${at}.extract.${name}`, message }];
    }),
  );
  return [...flowLanguage(steps, path, { ...scope, variables }), ...scopesProblems(all), ...again];
}

/** What setup extracts: everything after it knows that. */
const setupVariables = (document: Raw): Set<string> =>
  new Set(
    rawSteps(document["setup"], "setup").flatMap(({ step }) =>
      entriesOf(step["extract"]).map(([name]) => name),
    ),
  );

/** Problems of everything in a raw scenario document that is a language of its own. */
export function languageProblems(document: unknown, facts: FileFacts): Problem[] {
  if (!isObject(document)) return [];
  const suggest = suggestions();
  const known = { suggest, data: knownData(document["data"], facts) };
  const nothing: Scope = { ...known, variables: new Set() };
  const afterSetup: Scope = { ...known, variables: setupVariables(document) };
  return [
    ...dataProblems(document["data"], suggest),
    ...slaProblems(document["sla"], slaNames(document)),
    ...requestProblems(document, "", "targetUrl", afterSetup),
    ...rawFlows(document).flatMap(({ path, steps }) =>
      stepsProblems(steps, path, path === "setup" ? nothing : afterSetup),
    ),
    ...listOf(document["workloads"]).flatMap((workload, i) =>
      isObject(workload) ? inheritedProblems(workload, `workloads[${i}].`, afterSetup) : [],
    ),
  ];
}
