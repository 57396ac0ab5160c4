import {
  type CallExpression,
  type Expression,
  type Function as FunctionNode,
  type ObjectExpression,
  parse,
  type Program,
  type TemplateLiteral,
} from "acorn";
import { MAX_SCENARIO_BYTES } from "@onrush/shared/scenario/limits.ts";
import { ImportError, type Note } from "./imported.ts";
import type { Raw } from "./raw.ts";

/**
 * A k6 script, read as data: the script is parsed, never run. Constants of the
 * script and arithmetic on them are worked out; what only running could tell is noted.
 */

const UNKNOWN = Symbol("unknown");

interface Scope {
  constants: ReadonlyMap<string, Expression>;
  left: Note[];
  /** Constants being looked up: one that is defined by itself has no value. */
  open: Set<string>;
  /** How deep within constants the value stands. */
  depth: number;
  /** What the outermost of these constants has taken so far. */
  spent: number;
  work: K6Work;
}

/** What is left for the constants of a script: each may name others twice, and these others. */
export interface K6Work {
  left: number;
}

/** Expressions that are looked at within one constant, and within all of them where they are used. */
const MAX_SPENT = 20_000;
const MAX_WORK = 1_000_000;
/** A scenario has no longer text. */
const MAX_CHARACTERS = MAX_SCENARIO_BYTES;
const CHARACTERS_PER_EXPRESSION = 256;

const newScope = (
  { constants, work }: Pick<K6Script, "constants" | "work">,
  left: Note[],
  open: readonly string[] = [],
): Scope => ({ constants, left, open: new Set(open), depth: 0, spent: 0, work });

/** Outside constants a value is as large as its text is long. */
function spend(scope: Scope, cost: number): boolean {
  if (scope.depth === 0) return true;
  scope.spent += cost;
  scope.work.left -= cost;
  return !isSpent(scope);
}

const isSpent = ({ spent, work }: Scope) => spent > MAX_SPENT || work.left < 0;

function join(operator: string, a: unknown, b: unknown): unknown {
  if (operator === "+" && (typeof a === "string" || typeof b === "string")) {
    const parts = [a, b].filter((x) => typeof x === "string" || typeof x === "number").map(String);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return parts.length === 2 && length <= MAX_CHARACTERS ? parts.join("") : UNKNOWN;
  }
  if (typeof a !== "number" || typeof b !== "number") return UNKNOWN;
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    default:
      return UNKNOWN;
  }
}

function objectValue(node: ObjectExpression, path: string, scope: Scope): Raw {
  const entries: [string, unknown][] = [];
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      const spread = valueOf(property.argument, path, scope);
      if (typeof spread === "object" && spread !== null) entries.push(...Object.entries(spread));
      continue;
    }
    const { key } = property;
    const name = property.computed
      ? valueOf(key, path, scope)
      : key.type === "Identifier"
        ? key.name
        : key.type === "Literal"
          ? key.value
          : UNKNOWN;
    if (typeof name !== "string" && typeof name !== "number") continue;
    const at = path === "" ? String(name) : `${path}.${name}`;
    const value = property.kind === "init" ? valueOf(property.value, at, scope) : UNKNOWN;
    if (value !== UNKNOWN) entries.push([String(name), value]);
  }
  return Object.fromEntries(entries);
}

function unknown(path: string, scope: Scope): typeof UNKNOWN {
  const message = "is worked out by the script: write its value into the scenario";
  scope.left.push({ where: path || "options", message });
  return UNKNOWN;
}

function constantValue(name: string, path: string, scope: Scope): unknown {
  const node = scope.constants.get(name);
  if (name === "undefined") return undefined;
  if (node === undefined || scope.open.has(name)) return unknown(path, scope);
  const isOutermost = scope.depth === 0;
  if (isOutermost) scope.spent = 0;
  const noted = scope.left.length;
  scope.open.add(name);
  scope.depth++;
  const value = valueOf(node, path, scope);
  if (typeof value === "string") spend(scope, value.length / CHARACTERS_PER_EXPRESSION);
  scope.depth--;
  scope.open.delete(name);
  if (!isSpent(scope)) return value;
  if (isOutermost) {
    // Of all that was noted within it this is the reason.
    scope.left.length = noted;
    const message = "could not be carried over: it grows too large; write its value here";
    scope.left.push({ where: path || "options", message });
  }
  return UNKNOWN;
}

/** A template of texts and numbers that are known. */
function templateValue(node: TemplateLiteral, path: string, scope: Scope): unknown {
  const values = node.expressions.map((one) => valueOf(one, path, scope));
  if (values.includes(UNKNOWN)) return UNKNOWN;
  if (!values.every((one) => typeof one === "string" || typeof one === "number")) {
    return unknown(path, scope);
  }
  const text = node.quasis.reduce(
    (begin, quasi, i) => begin + (quasi.value.cooked ?? "") + String(values[i] ?? ""),
    "",
  );
  return text.length <= MAX_CHARACTERS ? text : unknown(path, scope);
}

/** `JSON.stringify(value)`, the one call whose answer is plain. */
function stringified(node: CallExpression, path: string, scope: Scope): unknown {
  const { callee, arguments: given } = node;
  const [value, ...others] = given;
  const isStringify =
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === "JSON" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "stringify";
  if (!isStringify || value === undefined || value.type === "SpreadElement" || others.length > 0) {
    return unknown(path, scope);
  }
  const noted = scope.left.length;
  const known = valueOf(value, path, scope);
  // What is not known has been left out of it.
  if (known === UNKNOWN || scope.left.length > noted) return UNKNOWN;
  const text: unknown = JSON.stringify(known);
  return typeof text === "string" && text.length > MAX_CHARACTERS ? unknown(path, scope) : text;
}

/** `__ENV.NAME`, or several of them to choose from. */
function isEnvironment(node: Expression): boolean {
  if (node.type === "LogicalExpression") {
    return node.operator !== "&&" && isEnvironment(node.left) && isEnvironment(node.right);
  }
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === "__ENV"
  );
}

function valueOf(node: Expression, path: string, scope: Scope): unknown {
  if (!spend(scope, 1)) return UNKNOWN;
  switch (node.type) {
    case "Literal":
      return node.value ?? (node.raw === "null" ? null : unknown(path, scope));
    case "TemplateLiteral":
      return templateValue(node, path, scope);
    case "CallExpression":
      return stringified(node, path, scope);
    case "ParenthesizedExpression":
      return valueOf(node.expression, path, scope);
    case "Identifier":
      return constantValue(node.name, path, scope);
    case "ObjectExpression":
      return objectValue(node, path, scope);
    case "ArrayExpression":
      return node.elements.flatMap((element, i) => {
        const at = `${path}[${i}]`;
        if (element === null || element.type === "SpreadElement") {
          unknown(at, scope);
          return [];
        }
        const value = valueOf(element, at, scope);
        return value === UNKNOWN ? [] : [value];
      });
    case "UnaryExpression": {
      const value = valueOf(node.argument, path, scope);
      if (value === UNKNOWN) return UNKNOWN;
      if (node.operator === "!") return !value;
      if (typeof value !== "number") return unknown(path, scope);
      return node.operator === "-" ? -value : value;
    }
    case "BinaryExpression": {
      if (node.left.type === "PrivateIdentifier") return unknown(path, scope);
      const noted = scope.left.length;
      const a = valueOf(node.left, path, scope);
      const b = valueOf(node.right, path, scope);
      const value = a === UNKNOWN || b === UNKNOWN ? UNKNOWN : join(node.operator, a, b);
      return value === UNKNOWN && scope.left.length === noted ? unknown(path, scope) : value;
    }
    case "LogicalExpression":
      // What the script runs with where its environment says nothing.
      return node.operator !== "&&" && isEnvironment(node.left)
        ? valueOf(node.right, path, scope)
        : unknown(path, scope);
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- every other one has to be run
    default:
      return unknown(path, scope);
  }
}

/** What stands at the top of a script. */
export interface K6Script {
  text: string;
  /** Every `const name = …`, exported or not. */
  constants: ReadonlyMap<string, Expression>;
  /** By name; the default export is `default`. */
  functions: ReadonlyMap<string, FunctionNode>;
  /** Local names of what is imported of k6: `http`, `http.get`, `k6`, `k6.sleep`. */
  imports: ReadonlyMap<string, string>;
  /** `options` may be a `let`, too. */
  options: Expression | undefined;
  work: K6Work;
}

const isFunction = (node: { type: string } | null | undefined): node is FunctionNode =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node?.type ?? "");

function importsOf(program: Program): Map<string, string> {
  const imports = new Map<string, string>();
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration") continue;
    const { value } = statement.source;
    const library = value === "k6/http" ? "http" : value === "k6" ? "k6" : undefined;
    if (library === undefined) continue;
    for (const one of statement.specifiers) {
      const of =
        one.type === "ImportSpecifier" && one.imported.type === "Identifier"
          ? `${library}.${one.imported.name}`
          : library;
      imports.set(one.local.name, of);
    }
  }
  return imports;
}

/** Reads a script without running it. Throws ImportError. */
export function readK6Script(text: string): K6Script {
  const program = parseScript(text);
  const constants = new Map<string, Expression>();
  const functions = new Map<string, FunctionNode>();
  let options: Expression | undefined;
  for (const statement of program.body) {
    const declaration =
      statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type === "FunctionDeclaration") {
      functions.set(declaration.id?.name ?? "", declaration);
    }
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type !== "Identifier" || !init) continue;
      if (id.name === "options") options = init;
      if (isFunction(init)) functions.set(id.name, init);
      else if (declaration.kind === "const") constants.set(id.name, init);
    }
  }
  // Last, as it may name a function that stands below it.
  for (const statement of program.body) {
    if (statement.type !== "ExportDefaultDeclaration") continue;
    const { declaration } = statement;
    const given = declaration.type === "Identifier" ? functions.get(declaration.name) : declaration;
    if (isFunction(given)) functions.set("default", given);
  }
  const work = { left: MAX_WORK };
  return { text, constants, functions, imports: importsOf(program), options, work };
}

export type Literal = { known: true; value: unknown } | { known: false };

/** The value of an expression that needs no running. */
export function literalOf(node: Expression, script: Pick<K6Script, "constants" | "work">): Literal {
  const left: Note[] = [];
  const value = valueOf(node, "", newScope(script, left));
  return value === UNKNOWN || left.length > 0 ? { known: false } : { known: true, value };
}

function parseScript(text: string): Program {
  try {
    return parse(text, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowHashBang: true,
      locations: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImportError(`not a JavaScript module that can be read: ${reason}`);
  }
}

/** The `options` of a script; what could not be told without running it goes to `left`. */
export function optionsOfScript(script: K6Script, left: Note[]): Raw {
  const { options } = script;
  if (options === undefined) {
    // A script that asks for something does so once.
    if ([...script.imports.values()].some((name) => name.startsWith("http"))) return {};
    throw new ImportError("the script has no `export const options = { … }`");
  }
  const value = valueOf(options, "", newScope(script, left, ["options"]));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Raw;
  throw new ImportError("`options` is not an object literal: print it with `k6 inspect` instead");
}
