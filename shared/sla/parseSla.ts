import { type Parsed, parseText, type TextReader } from "../condition/textReader.ts";
import { meantUnit, unitHint } from "../condition/unitHint.ts";
import { nearest } from "../scenario/problems.ts";
import {
  type CountedName,
  countsIterations,
  isGrowing,
  isOfGroups,
  isUpperLimit,
  type LatencyOf,
  type SlaDocument,
  type SlaLine,
  type SlaMetric,
  type SlaOperator,
  slaOperators,
  type SlaSelector,
  type SlaUnit,
} from "./slaLine.ts";

/**
 *   line      := { selector "." } metric operator number[unit] { modifier }
 *   selector  := step(name) | group(name) | workload(name) | tag(name=value)
 *   metric    := latency ["(" response | service | iteration | lateness ")"]
 *              | rps | errorRate | successRate | requests | count | errors[(kind)] | status(404|4xx)
 *              | outcome(name) | checks[(name)] | iterations | dropped[(reason)] | lost
 *              | bytes[(sent|received)]
 *   latency   := p50 … p99.99 | avg | min | max | sd
 *   operator  := < | <= | > | >= | == | !=
 *   modifier  := over 30s | for 3 | after 10s | in stage(2) | abort       in any order
 *
 * Names with quotes may have any character: step("log in (again)").
 */

interface CountedRule {
  name: CountedName;
  units: readonly ("%" | "count" | "bytes")[];
  argument: "none" | "optional" | "needed";
}

const counted: Record<string, CountedRule> = {
  errorRate: { name: "errorRate", units: ["%"], argument: "none" },
  successRate: { name: "successRate", units: ["%"], argument: "none" },
  requests: { name: "requests", units: ["count"], argument: "none" },
  count: { name: "requests", units: ["count"], argument: "none" },
  errors: { name: "errors", units: ["count", "%"], argument: "optional" },
  status: { name: "status", units: ["count", "%"], argument: "needed" },
  outcome: { name: "outcome", units: ["count", "%"], argument: "needed" },
  checks: { name: "checks", units: ["%"], argument: "optional" },
  iterations: { name: "iterations", units: ["count"], argument: "none" },
  dropped: { name: "dropped", units: ["count", "%"], argument: "optional" },
  lost: { name: "lost", units: ["count", "%"], argument: "none" },
  bytes: { name: "bytes", units: ["bytes"], argument: "optional" },
};

const statistics = ["avg", "min", "max", "sd"] as const;
const latencies = ["response", "service", "iteration", "lateness"] as const;
const selectors = ["step", "group", "workload", "tag"] as const;
const words = [...selectors, "p95", ...statistics, "rps", ...Object.keys(counted)];
const modifiers = ["over", "for", "after", "in", "abort"] as const;

const factors: Record<SlaUnit, Readonly<Record<string, number>>> = {
  ms: { "": 1, us: 0.001, µs: 0.001, ms: 1, s: 1_000 },
  "%": { "%": 1 },
  rps: { "": 1, "/s": 1 },
  count: { "": 1 },
  bytes: { "": 1, b: 1, kb: 1_000, mb: 1_000_000, gb: 1_000_000_000 },
};

const MAX_SECONDS = 3_600;
const MAX_WINDOWS = 1_000;

function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
}

/** What stands in parentheses, with quotes or without. */
function readArgument(reader: TextReader): { at: number; text: string } {
  reader.expect("(");
  reader.skipSpace();
  const at = reader.at;
  const text = (reader.isAtQuote ? reader.quoted() : (reader.take(/[^()"']+/) ?? "")).trim();
  if (text === "") reader.fail("a name is missing", at);
  reader.skipSpace();
  reader.expect(")");
  return { at, text };
}

function addSelector(reader: TextReader, into: SlaSelector, kind: keyof SlaSelector, at: number) {
  if (into[kind] !== undefined) reader.fail(`${kind}(…) can stand there once`, at);
  const argument = readArgument(reader);
  reader.skipSpace();
  reader.expect(".");
  if (kind !== "tag") {
    into[kind] = argument.text;
    return;
  }
  const equals = argument.text.indexOf("=");
  const name = argument.text.slice(0, Math.max(0, equals)).trim();
  const value = argument.text.slice(equals + 1).trim();
  if (name === "" || value === "") {
    reader.fail("a tag is asked for as tag(name=value)", argument.at);
  }
  into.tag = { name, value };
}

function readLatency(reader: TextReader, word: string, at: number): SlaMetric | undefined {
  const percentile = /^p(\d+(?:\.\d+)?)$/.exec(word);
  const statistic = statistics.find((known) => known === word);
  if (percentile === null && statistic === undefined) return undefined;
  const percent = Number(percentile?.[1]);
  if (percentile !== null && !(percent > 0 && percent < 100)) {
    reader.fail("a percentile lies between p0 and p100, as p95 or p99.9", at);
  }
  let of: LatencyOf = "response";
  if (reader.text[reader.at] === "(") {
    const argument = readArgument(reader);
    const known = latencies.find((name) => name === argument.text);
    if (known === undefined) {
      reader.fail(`unknown "${argument.text}"; ${hint(argument.text, latencies)}`, argument.at);
    }
    of = known;
  }
  return { kind: "latency", of, statistic: statistic ?? { percent } };
}

function checkArgument(reader: TextReader, name: CountedName, only: string, at: number): void {
  if (name === "status" && !/^[1-5](\d\d|xx)$/.test(only)) {
    reader.fail("a status is three digits, or as 4xx all that begin with one", at);
  }
  if (name === "bytes" && only !== "sent" && only !== "received") {
    reader.fail(`unknown "${only}"; known: sent, received`, at);
  }
}

function readCounted(reader: TextReader, rule: CountedRule): SlaMetric {
  const { name, argument } = rule;
  if (reader.text[reader.at] !== "(") {
    if (argument === "needed") reader.fail(`${name} needs to know which: ${name}(…)`);
    return { kind: "counted", name, only: null };
  }
  if (argument === "none") reader.fail(`${name} takes nothing in parentheses`);
  const { at, text } = readArgument(reader);
  checkArgument(reader, name, text, at);
  return { kind: "counted", name, only: text };
}

/** Selectors, then the metric. */
function readSubject(reader: TextReader): { selector: SlaSelector; metric: SlaMetric } {
  const selector: SlaSelector = {};
  for (;;) {
    reader.skipSpace();
    const at = reader.at;
    // A percentile's digits and their point belong to its name.
    const word = reader.take(/p\d+(?:\.\d+)?(?![\w])/) ?? reader.take(/[A-Za-z]+\d*/) ?? "";
    const kind = selectors.find((known) => known === word);
    if (kind !== undefined) {
      addSelector(reader, selector, kind, at);
      continue;
    }
    const rule = Object.hasOwn(counted, word) ? counted[word] : undefined;
    const rate: SlaMetric | undefined = word === "rps" ? { kind: "rate" } : undefined;
    const metric =
      rate ??
      readLatency(reader, word, at) ??
      (rule === undefined ? undefined : readCounted(reader, rule));
    if (metric === undefined) {
      const shown = word === "" ? reader.text.slice(at, at + 10) : word;
      return reader.fail(`unknown "${shown}"; ${hint(word, words)}`, at);
    }
    if (selector.step !== undefined && selector.group !== undefined) {
      reader.fail("either a step or a group: a step is found by its name wherever it is", at);
    }
    if (countsIterations(metric) && (selector.step !== undefined || selector.tag !== undefined)) {
      reader.fail(`${word} is about whole iterations: select with workload(…)`, at);
    }
    if (selector.group !== undefined && !isOfGroups(metric)) {
      reader.fail(`${word} is not a group's own: give its steps a tag, and select by that`, at);
    }
    return { selector, metric };
  }
}

function unitsOf(metric: SlaMetric): readonly SlaUnit[] {
  switch (metric.kind) {
    case "latency":
      return ["ms"];
    case "rate":
      return ["rps"];
    case "counted":
      return Object.values(counted).find(({ name }) => name === metric.name)?.units ?? [];
  }
}

function readOperator(reader: TextReader): SlaOperator {
  reader.skipSpace();
  const at = reader.at;
  if (reader.isAtEnd) reader.fail("a limit is missing, as in < 500ms");
  const symbol = reader.take(/[=!<>]+/) ?? "";
  const known = slaOperators.find((operator) => operator === symbol);
  if (known !== undefined) return known;
  if (symbol === "") {
    const before = reader.text.slice(at, at + 10);
    return reader.fail(
      `an operator is missing before "${before}"; known: ${slaOperators.join(" ")}`,
      at,
    );
  }
  const near = symbol === "=" ? 'did you mean "=="?' : `known: ${slaOperators.join(" ")}`;
  return reader.fail(`unknown operator "${symbol}"; ${near}`, at);
}

/** A unit with a blank before it would be taken for a modifier. */
function refuseApart(reader: TextReader, digits: string, units: readonly SlaUnit[]): void {
  const word = /^\s+(%|[A-Za-zµ]+)/.exec(reader.text.slice(reader.at))?.[1] ?? "";
  const unit = meantUnit(word) ?? word.toLowerCase();
  if (unit === "" || !units.some((one) => Object.hasOwn(factors[one], unit))) return;
  reader.fail(`did you mean "${digits}${unit}"? a unit follows its number at once`, reader.at);
}

/** "%", "/s" and the like, as the metric takes them; what it does not take names what it does. */
function readLimit(reader: TextReader, metric: SlaMetric): { limit: number; unit: SlaUnit } {
  reader.skipSpace();
  const at = reader.at;
  const digits = reader.take(/\d+(?:\.\d+)?/);
  if (digits === undefined) return reader.fail("a number is needed, as in 500ms");
  const suffix = (reader.take(/%|\/s|[A-Za-zµ]+/) ?? "").toLowerCase();
  const units = unitsOf(metric);
  if (suffix === "") refuseApart(reader, digits, units);
  for (const unit of units) {
    const known = factors[unit];
    const factor = Object.hasOwn(known, suffix) ? known[suffix] : undefined;
    if (factor === undefined) continue;
    const limit = Number(digits) * factor;
    if (unit === "%" && limit > 100) reader.fail("a share is at most 100%", at);
    // 0.3 s are 300 ms, not 299.99999999999994.
    return { limit: Math.round(limit * 1e6) / 1e6, unit };
  }
  const names = units.flatMap((unit) => Object.keys(factors[unit]).map((name) => name || "none"));
  const problem = suffix === "" ? "a unit is missing" : `unknown unit "${suffix}"`;
  return reader.fail(`${problem}; ${unitHint(suffix, names)}`, at);
}

function readSeconds(reader: TextReader, example: string): number {
  reader.skipSpace();
  const at = reader.at;
  const digits = reader.take(/\d+(?:\.\d+)?/);
  const unit = reader.take(/[A-Za-z]+/) ?? "s";
  const factor = { s: 1, m: 60 }[unit];
  const seconds = Number(digits) * (factor ?? NaN);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_SECONDS) {
    reader.fail(`whole seconds are needed, 1s to ${MAX_SECONDS}s, as in ${example}`, at);
  }
  return seconds;
}

function readWhole(reader: TextReader, most: number, example: string): number {
  reader.skipSpace();
  const at = reader.at;
  const value = Number(reader.take(/\d+/));
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  return reader.fail(`a whole number is needed, 1 to ${most}, as in ${example}`, at);
}

type Modifiers = Pick<SlaLine, "overSeconds" | "forWindows" | "afterSeconds" | "stage" | "abort">;

function readModifier(reader: TextReader, into: Modifiers, word: (typeof modifiers)[number]) {
  switch (word) {
    case "over":
      into.overSeconds = readSeconds(reader, "over 30s");
      return;
    case "for":
      into.forWindows = readWhole(reader, MAX_WINDOWS, "for 3");
      return;
    case "after":
      into.afterSeconds = readSeconds(reader, "after 10s");
      return;
    case "in": {
      reader.skipSpace();
      if (reader.take(/stage/) === undefined) reader.fail("stage(…) is missing, as in stage(2)");
      reader.expect("(");
      into.stage = readWhole(reader, 1_000_000, "stage(2)");
      reader.skipSpace();
      reader.expect(")");
      return;
    }
    case "abort":
      into.abort = true;
  }
}

function readModifiers(reader: TextReader): { modifiers: Modifiers; at: Map<string, number> } {
  const read: Modifiers = {
    ...{ overSeconds: null, forWindows: 1, afterSeconds: 0, stage: null, abort: false },
  };
  const seen = new Map<string, number>();
  for (reader.skipSpace(); !reader.isAtEnd; reader.skipSpace()) {
    const at = reader.at;
    const word = reader.take(/[A-Za-z]+/) ?? "";
    const known = modifiers.find((modifier) => modifier === word);
    if (known === undefined) {
      const shown = word === "" ? reader.text.slice(at, at + 10) : word;
      return reader.fail(`unknown "${shown}"; ${hint(word, modifiers)}`, at);
    }
    if (seen.has(known)) reader.fail(`"${known}" stands there twice`, at);
    seen.set(known, at);
    readModifier(reader, read, known);
  }
  return { modifiers: read, at: seen };
}

function readLine(reader: TextReader): SlaLine {
  const { selector, metric } = readSubject(reader);
  const operator = readOperator(reader);
  const { limit, unit } = readLimit(reader, metric);
  const { modifiers, at } = readModifiers(reader);
  const line: SlaLine = {
    text: reader.text,
    ...{ selector, metric, operator, limit, unit },
    ...modifiers,
  };
  if (at.has("for") && line.overSeconds === null) {
    reader.fail('"for" counts windows: say how long they are, as in over 10s', at.get("for"));
  }
  if (line.abort && !canAbort(line)) reader.fail(GROWS, at.get("abort"));
  return line;
}

/** A count that has to be reached is judged when the load is over. */
export function canAbort(line: SlaLine): boolean {
  return line.overSeconds !== null || !isGrowing(line) || isUpperLimit(line);
}

export const GROWS =
  "this only grows until the end, so it cannot end the run before: leave abort out, or add over";

/** An SLA line, or what is wrong with it and at which column. */
export const parseSla = (text: string): Parsed<SlaLine> => parseText(text, readLine);

/** Throws RangeError for a text that validation would have refused. */
export function slaLineOf(document: SlaDocument): SlaLine & { name: string | null } {
  const text = typeof document === "string" ? document : document.check;
  const parsed = parseSla(text);
  if (!parsed.ok) throw new RangeError(`column ${parsed.column}: ${parsed.message}`);
  const line = { ...parsed.value, name: null };
  if (typeof document === "string") return line;
  return { ...line, name: document.name ?? null, abort: line.abort || document.abort === true };
}
