import type { Expression, Node, ObjectExpression } from "acorn";
import type { Literal } from "./k6Literal.ts";
import { uniqueName } from "./nestSteps.ts";
import type { SourceRequest } from "./sourceRequest.ts";

type Check = NonNullable<SourceRequest["checks"]>[number];

interface Checks {
  found: Check[];
  /** Those that only running could tell. */
  unread: Node[];
}

const operators: Record<string, string> = {
  ...{ "==": "==", "===": "==", "!=": "!=", "!==": "!=" },
  ...{ "<": "<", "<=": "<=", ">": ">", ">=": ">=" },
};

/** The expression that a check's function answers, and the name of the answer in it. */
function conditionOf(node: Node): { answer: string; condition: Expression } | undefined {
  if (node.type !== "ArrowFunctionExpression" && node.type !== "FunctionExpression")
    return undefined;
  const { params, body } = node as Extract<Expression, { type: "ArrowFunctionExpression" }>;
  const [param] = params;
  if (param?.type !== "Identifier") return undefined;
  if (body.type !== "BlockStatement") return { answer: param.name, condition: body };
  const [only, ...others] = body.body;
  if (only?.type !== "ReturnStatement" || !only.argument || others.length > 0) return undefined;
  return { answer: param.name, condition: only.argument };
}

/** `r.status`, `r.body`: which field of the answer an expression is. */
function fieldOf(node: Node, answer: string): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const { object, property, computed } = node as Extract<Expression, { type: "MemberExpression" }>;
  const isField = !computed && object.type === "Identifier" && object.name === answer;
  return isField && property.type === "Identifier" ? property.name : undefined;
}

/** `r.timings.duration`: from sending to the last byte; `latency` counts from when it was due. */
function isDuration(node: Node, answer: string): boolean {
  if (node.type !== "MemberExpression") return false;
  const { object, property, computed } = node as Extract<Expression, { type: "MemberExpression" }>;
  const isNamed = !computed && property.type === "Identifier" && property.name === "duration";
  return isNamed && fieldOf(object, answer) === "timings";
}

/** `status == 200`, `latency < 500ms`. */
function comparison(
  left: Node,
  operator: string,
  read: Literal,
  answer: string,
): string | undefined {
  if (!read.known) return undefined;
  const { value } = read;
  if (fieldOf(left, answer) === "status" && Number.isInteger(value)) {
    return `status ${operator} ${String(value)}`;
  }
  const isTime = typeof value === "number" && value >= 0 && Number.isInteger(value * 1_000);
  return isTime && isDuration(left, answer) ? `latency ${operator} ${value}ms` : undefined;
}

/**
 * `r.status === 200`, `r.timings.duration < 500`, `r.body.includes("x")`; what else there is has no
 * counterpart.
 */
function textOf(
  { answer, condition }: { answer: string; condition: Expression },
  literal: (node: Expression) => Literal,
): string | undefined {
  if (condition.type === "ParenthesizedExpression") {
    return textOf({ answer, condition: condition.expression }, literal);
  }
  if (condition.type === "BinaryExpression") {
    const operator = operators[condition.operator];
    if (operator === undefined) return undefined;
    return comparison(condition.left, operator, literal(condition.right), answer);
  }
  if (condition.type !== "CallExpression" || condition.callee.type !== "MemberExpression") {
    return undefined;
  }
  const { object, property } = condition.callee;
  const [argument] = condition.arguments;
  const isIncludes = property.type === "Identifier" && property.name === "includes";
  if (!isIncludes || fieldOf(object, answer) !== "body") return undefined;
  if (argument === undefined || argument.type === "SpreadElement") return undefined;
  const read = literal(argument);
  const isPlain = read.known && typeof read.value === "string" && !/["\\{}$]/.test(read.value);
  return isPlain ? `body contains "${String(read.value)}"` : undefined;
}

/** What `check(answer, { name: condition })` asks for. In k6 a failed check fails no request. */
export function checksOf(node: ObjectExpression, literal: (node: Expression) => Literal): Checks {
  const found: Check[] = [];
  const unread: Node[] = [];
  const used = new Set<string>();
  for (const property of node.properties) {
    const condition = property.type === "Property" ? conditionOf(property.value) : undefined;
    const check = condition === undefined ? undefined : textOf(condition, literal);
    if (property.type !== "Property" || check === undefined || property.computed) {
      unread.push(property);
      continue;
    }
    const { key } = property;
    const name =
      key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : check;
    found.push({ name: uniqueName(name, used), check, failRequest: false });
  }
  return { found, unread };
}
