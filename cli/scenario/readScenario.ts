import { dirname } from "node:path";
import { prototypeKeys } from "@onrush/shared/document/jsonText.ts";
import { MAX_SCENARIO_BYTES } from "@onrush/shared/scenario/limits.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { noFacts } from "@onrush/shared/scenario/files.ts";
import { formatPath, type Problem } from "@onrush/shared/scenario/problems.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { setAt } from "./documentPath.ts";
import { type LocatedProblem, problemLines } from "./locatedProblem.ts";
import { type FileContents, noContents, withFiles, type WithFiles } from "./scenarioFiles.ts";
import { hideValues, markSecrets } from "./markSecrets.ts";
import { formatOf, scenarioText } from "./scenarioText.ts";
import { readSettings, readVariables, type ScenarioOptions, type Setting } from "./settings.ts";
import { substitute, type Substituted } from "./substitute.ts";
import { readDocument } from "./yamlDocument.ts";

/** A scenario that can run: as it is sent to a controller, and as it is used here. */
export interface LoadedScenario {
  document: unknown;
  scenario: Scenario;
  /** What its files hold; they are sent apart from it. */
  contents: FileContents;
}

export type CheckedScenario =
  ({ ok: true } & LoadedScenario) | { ok: false; problems: readonly LocatedProblem[] };

interface Draft {
  value: unknown;
  problems: Problem[];
}

const isWithin = (path: string, outer: string) =>
  path.startsWith(outer) && /^$|^[.[]/.test(path.slice(outer.length));

function applySettings({ value, problems }: Draft, settings: readonly Setting[]): Draft {
  const paths = settings.map(({ path }) => formatPath(path));
  const result: Draft = {
    value,
    problems: problems.filter(({ path }) => !paths.some((set) => isWithin(path, set))),
  };
  for (const setting of settings) {
    const changed = setAt(result.value, setting.path, setting.value);
    if (changed.ok) result.value = changed.value;
    else result.problems.push({ path: formatPath(setting.path), message: changed.message });
  }
  return result;
}

function numberOrBoolean(text: unknown): unknown {
  return typeof text === "string" &&
    /^(?:true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?)$/i.test(text)
    ? JSON.parse(text.toLowerCase())
    : undefined;
}

function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    document,
  );
}

/**
 * Variables are text. Where a string that was nothing but one variable is refused and reads as a
 * number or a boolean, that is what was meant.
 */
function typeVariables(document: unknown, substituted: readonly Substituted[]): unknown {
  const whole = substituted.filter((one) => one.whole);
  if (whole.length === 0) return document;
  const parsed = parseScenario(document);
  if (parsed.ok) return document;
  return whole.reduce((changed, { path }) => {
    const value = numberOrBoolean(valueAt(document, path));
    const refused = parsed.problems.some((problem) => problem.path === formatPath(path));
    if (value === undefined || !refused) return changed;
    const typed = setAt(changed, path, value);
    return typed.ok ? typed.value : changed;
  }, document);
}

function sizeProblem(document: unknown): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify(document) ?? "");
  if (bytes <= MAX_SCENARIO_BYTES) return [];
  return [{ path: "", message: "is larger than 1 MB with all aliases and variables written out" }];
}

/** Fields beginning with "x-" hold what anchors are taken from; as in Compose files they say nothing. */
function withoutExtensions(document: unknown): unknown {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return document;
  const keys = Object.keys(document);
  if (!keys.some((key) => key.startsWith("x-"))) return document;
  return Object.fromEntries(Object.entries(document).filter(([key]) => !key.startsWith("x-")));
}

const LAST = Number.MAX_SAFE_INTEGER;
const byPlace = (a: LocatedProblem, b: LocatedProblem) =>
  (a.place?.line ?? LAST) - (b.place?.line ?? LAST) ||
  (a.place?.column ?? 0) - (b.place?.column ?? 0);

interface TextOptions {
  variables: Record<string, string | undefined>;
  settings: readonly Setting[];
}

/** A document with all that the command line adds to it; its files are not read yet. */
type Written =
  | { ok: true; document: unknown; check(files: WithFiles): CheckedScenario }
  | { ok: false; problems: readonly LocatedProblem[] };

/** Checks the text of a scenario that names no files with all that the command line adds to it. */
export function checkText(
  text: string,
  format: "json" | "yaml",
  options: TextOptions,
): CheckedScenario {
  const written = readText(text, format, options);
  if (!written.ok) return written;
  const { document } = written;
  return written.check({ document, facts: noFacts, contents: noContents });
}

function readText(text: string, format: "json" | "yaml", options: TextOptions): Written {
  const source = readDocument(text, format);
  if (!("value" in source)) return { ok: false, problems: source.problems };
  const paths = options.settings.map(({ path }) => formatPath(path));
  const locate = (problem: Problem): LocatedProblem => {
    const fromOption = { ...problem, message: `${problem.message} (from --set)` };
    if (paths.some((set) => isWithin(problem.path, set))) return fromOption;
    const place = source.placeOf(problem.path, problem.message.startsWith("unknown field"));
    if (place !== undefined) return { ...problem, place };
    const made = problem.path !== "" && paths.some((set) => isWithin(set, problem.path));
    return made ? fromOption : problem;
  };
  const forbidden = prototypeKeys(source.value);
  if (forbidden.length > 0) return { ok: false, problems: forbidden.map(locate) };
  const { substituted, ...inserted } = substitute(
    withoutExtensions(source.value),
    options.variables,
  );
  const { value, problems } = applySettings(inserted, options.settings);
  const typed = typeVariables(value, substituted);
  const document = markSecrets(
    typed,
    substituted.filter(({ path }) => typeof valueAt(typed, path) === "string"),
  );
  const locateHidden = (one: Problem) =>
    locate({ ...one, message: hideValues(one.message, substituted, options.variables) });
  const check = (files: WithFiles) => checkDraft({ problems, source, locate: locateHidden }, files);
  return { ok: true, document, check };
}

interface Located {
  problems: readonly Problem[];
  source: { problems: readonly LocatedProblem[]; unread?: number };
  locate(problem: Problem): LocatedProblem;
}

function checkDraft(
  { problems, source, locate }: Located,
  { document, facts, contents }: WithFiles,
): CheckedScenario {
  const parsed = parseScenario(document, facts, source.unread);
  const own = [...problems, ...facts.problems, ...sizeProblem(document)];
  // A missing variable leaves its `${…}` behind, which is wrong in other ways, too.
  const seen = new Set(own.map(({ path }) => path));
  const other = parsed.ok ? [] : parsed.problems.filter(({ path }) => !seen.has(path));
  const all = [...source.problems, ...[...own, ...other].map(locate)].sort(byPlace);
  if (!parsed.ok || all.length > 0) return { ok: false, problems: all };
  return { ok: true, document, scenario: parsed.scenario, contents };
}

/** Reads and checks a scenario file; throws CliError (exit code 2) where it cannot be read. */
export async function checkFile(file: string, options: ScenarioOptions): Promise<CheckedScenario> {
  const text = await scenarioText(file);
  const written = readText(text, formatOf(file, text), {
    variables: readVariables(process.env, options.env),
    settings: readSettings(options.set),
  });
  if (!written.ok) return written;
  return written.check(await withFiles(written.document, file === "-" ? "." : dirname(file)));
}

function refusal(name: string, problems: readonly LocatedProblem[]): CliError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new CliError(`${name} has ${count}:\n${problemLines(problems)}`, EXIT.badScenario);
}

/** Checks a document; throws CliError (exit code 2) listing every problem with its path. */
export function checkDocument(document: unknown, name: string): LoadedScenario {
  const parsed = parseScenario(document);
  if (parsed.ok) return { document, scenario: parsed.scenario, contents: noContents };
  throw refusal(name, parsed.problems);
}

/** Reads a scenario file (JSON or YAML). Throws CliError (exit code 2) with all its problems. */
export async function readScenario(
  file: string,
  options: ScenarioOptions,
): Promise<LoadedScenario> {
  const checked = await checkFile(file, options);
  if (checked.ok) return checked;
  throw refusal(file, checked.problems);
}
