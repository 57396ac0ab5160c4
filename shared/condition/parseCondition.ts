import { nearest } from "../scenario/problems.ts";
import { type JsonPath, readJsonPath } from "./jsonPath.ts";
import { patternProblem } from "./regexGuard.ts";
import { type Parsed, parseText, type TextReader } from "./textReader.ts";
import { unitHint } from "./unitHint.ts";

/**
 * One small grammar for everything that looks at an answer: checks, extractions, outcomes.
 *
 *   condition := source [operator [value]]     alone: `exists`
 *   source    := status | latency | size | body | json($.path) | header(name) | cookie(name)
 *              | regex("…")
 *   operator  := == | != | < | <= | > | >= | contains | matches | exists
 *   value     := number[unit] | "text" | true | false | null | word
 *
 * latency takes µs, ms and s (milliseconds without a unit), size takes b, kb and mb.
 */
export type Source =
  | { kind: "status" | "latency" | "size" | "body" }
  | { kind: "json"; path: JsonPath }
  | { kind: "header" | "cookie"; name: string }
  | { kind: "regex"; pattern: string };

export const operators = [
  ...["==", "!=", "<=", ">=", "<", ">"],
  ...["contains", "matches", "exists"],
] as const;
export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "matches" | "exists";

export interface Condition {
  source: Source;
  operator: Operator;
  /** Latencies in microseconds, sizes in bytes; null also when the operator takes no value. */
  value: string | number | boolean | null;
}

const sourceNames = [
  "status",
  "latency",
  "size",
  "body",
  "json",
  "header",
  "cookie",
  "regex",
] as const;
const units: Record<string, Readonly<Record<string, number>>> = {
  latency: { "": 1_000, us: 1, µs: 1, ms: 1_000, s: 1_000_000 },
  size: { "": 1, b: 1, kb: 1_000, mb: 1_000_000 },
};
const order: ReadonlySet<Operator> = new Set(["<", "<=", ">", ">="]);

function readSource(reader: TextReader): Source {
  reader.skipSpace();
  const begin = reader.at;
  const name = reader.take(/[A-Za-z]+/) ?? "";
  const kind = sourceNames.find((known) => known === name);
  if (kind === undefined) {
    const near = nearest(name, sourceNames);
    const hint =
      near === undefined ? `known: ${sourceNames.join(", ")}` : `did you mean "${near}"?`;
    return reader.fail(`unknown "${name || reader.text.slice(begin, begin + 10)}"; ${hint}`, begin);
  }
  switch (kind) {
    case "status":
    case "latency":
    case "size":
    case "body":
      return { kind };
    case "json":
    case "header":
    case "cookie":
    case "regex":
      return readArgument(reader, kind);
  }
}

/** Sources that name what they take. */
type WithArgument = "json" | "header" | "cookie" | "regex";

function readArgument(reader: TextReader, kind: WithArgument): Source {
  reader.expect("(");
  reader.skipSpace();
  const source = argumentOf(reader, kind);
  reader.skipSpace();
  reader.expect(")");
  return source;
}

function argumentOf(reader: TextReader, kind: WithArgument): Source {
  const begin = reader.at;
  if (kind === "json") {
    const read = readJsonPath(reader.text, reader.at);
    if ("problem" in read) return reader.fail(read.problem, read.at);
    reader.at = read.end;
    return { kind, path: read.path };
  }
  if (kind === "header" || kind === "cookie") {
    const name = reader.isAtQuote ? reader.quoted() : reader.take(/[^\s)]+/);
    if (name === undefined || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      return reader.fail(`the name of a ${kind} is needed`, begin);
    }
    // Those of headers are the same in any case, those of cookies are not.
    return { kind, name: kind === "header" ? name.toLowerCase() : name };
  }
  if (!reader.isAtQuote) return reader.fail("a regular expression in quotes is needed");
  const pattern = reader.quoted();
  const problem = patternProblem(pattern);
  return problem === undefined ? { kind, pattern } : reader.fail(problem, begin);
}

function readOperator(reader: TextReader): Operator {
  const begin = reader.at;
  const symbol = reader.take(/[=!<>]+/) ?? reader.take(/[A-Za-z]+/) ?? "";
  const known = operators.find((operator) => operator === symbol);
  if (known !== undefined) return known;
  if (symbol === "") {
    const before = reader.text.slice(begin, begin + 10);
    return reader.fail(
      `an operator is missing before "${before}"; known: ${operators.join(" ")}`,
      begin,
    );
  }
  const near = symbol === "=" ? "==" : nearest(symbol, operators);
  const hint = near === undefined ? `known: ${operators.join(" ")}` : `did you mean "${near}"?`;
  return reader.fail(`unknown operator "${symbol}"; ${hint}`, begin);
}

function readValue(reader: TextReader, source: Source): string | number | boolean | null {
  if (reader.isAtQuote) return reader.quoted();
  const begin = reader.at;
  const word = reader.take(/\S+/);
  if (word === undefined) return reader.fail("a value is missing");
  const number = /^(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)([a-zµ]*)$/i.exec(word);
  if (number !== null) {
    const unit = (number[2] ?? "").toLowerCase();
    const known = units[source.kind] ?? { "": 1 };
    const factor = Object.hasOwn(known, unit) ? known[unit] : undefined;
    if (factor !== undefined) return Number(number[1]) * factor;
    const names = Object.keys(known).filter((name) => name !== "");
    if (names.length > 0) reader.fail(`unknown unit "${unit}"; ${unitHint(unit, names)}`, begin);
  }
  if (source.kind === "json") {
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
  }
  return word;
}

/** Whether operator and value make sense for the source. */
function checkFit(reader: TextReader, { source, operator, value }: Condition, at: number): void {
  const isNumeric = source.kind === "status" || source.kind === "latency" || source.kind === "size";
  if (isNumeric && (operator === "contains" || operator === "matches")) {
    reader.fail(`${source.kind} is a number; ${operator} is for texts`, at);
  }
  if (operator !== "exists" && isNumeric && typeof value !== "number") {
    reader.fail(`${source.kind} is compared with a number`, at);
  }
  if (order.has(operator) && typeof value !== "number") {
    reader.fail(`${operator} compares with a number`, at);
  }
  if (order.has(operator) && source.kind === "body") {
    reader.fail(`${operator} is for numbers; body is a text`, at);
  }
  if (operator === "matches") {
    const problem = patternProblem(String(value));
    if (problem !== undefined) reader.fail(problem, at);
  }
}

function readCondition(reader: TextReader): Condition {
  const source = readSource(reader);
  reader.skipSpace();
  if (reader.isAtEnd) return { source, operator: "exists", value: null };
  const operator = readOperator(reader);
  reader.skipSpace();
  const at = reader.at;
  const value = operator === "exists" ? null : readValue(reader, source);
  const condition: Condition = {
    source,
    operator,
    // Texts are searched for texts, also for what looks like a number.
    value: operator === "contains" || operator === "matches" ? String(value) : value,
  };
  checkFit(reader, condition, at);
  return condition;
}

export const parseCondition = (text: string): Parsed<Condition> => parseText(text, readCondition);

/** What an extraction takes its value from. */
export const parseSource = (text: string): Parsed<Source> => parseText(text, readSource);
