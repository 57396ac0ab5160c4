import { type Expression, type ObjectExpression, parse, type Program } from "acorn";
import { ImportError, type Note } from "./imported.ts";
import type { Raw } from "./raw.ts";

/**
 * The `options` of a k6 script, read as data: the script is parsed, never run. Constants of the
 * script and arithmetic on them are worked out; what only running could tell is noted.
 */

const UNKNOWN = Symbol("unknown");

interface Scope {
  constants: ReadonlyMap<string, Expression>;
  left: Note[];
  /** Constants being looked up: one that is defined by itself has no value. */
  open: Set<string>;
}

function join(operator: string, a: unknown, b: unknown): unknown {
  if (operator === "+" && (typeof a === "string" || typeof b === "string")) {
    return [a, b].every((x) => typeof x === "string" || typeof x === "number")
      ? `${String(a)}${String(b)}`
      : UNKNOWN;
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
  scope.open.add(name);
  const value = valueOf(node, path, scope);
  scope.open.delete(name);
  return value;
}

function valueOf(node: Expression, path: string, scope: Scope): unknown {
  switch (node.type) {
    case "Literal":
      return node.value ?? (node.raw === "null" ? null : unknown(path, scope));
    case "TemplateLiteral":
      return node.expressions.length === 0
        ? (node.quasis[0]?.value.cooked ?? "")
        : unknown(path, scope);
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
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- every other one has to be run
    default:
      return unknown(path, scope);
  }
}

/** Every top-level `const name = …`, exported or not. */
function constantsOf(program: Program): Map<string, Expression> {
  const constants = new Map<string, Expression>();
  for (const statement of program.body) {
    const declaration =
      statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === "Identifier" && init) constants.set(id.name, init);
    }
  }
  return constants;
}

function parseScript(text: string): Program {
  try {
    return parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImportError(`not a JavaScript module that can be read: ${reason}`);
  }
}

/** The `options` of a script; what could not be told without running it goes to `left`. */
export function optionsOfScript(text: string, left: Note[]): Raw {
  const constants = constantsOf(parseScript(text));
  const options = constants.get("options");
  if (options === undefined) {
    throw new ImportError("the script has no `export const options = { … }`");
  }
  const value = valueOf(options, "", { constants, left, open: new Set(["options"]) });
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Raw;
  throw new ImportError("`options` is not an object literal: print it with `k6 inspect` instead");
}
