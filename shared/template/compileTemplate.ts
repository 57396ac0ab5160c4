import { hash32, uniformAt } from "../random/hashRandom.ts";
import { randomIntRange } from "./functions.ts";
import type { Expression, Segment } from "./parseTemplate.ts";

/** What a template is rendered for. */
export interface Subject {
  /** Number of the arrival, or of the row of generated data. */
  readonly arrival: number;
  readonly user: number;
  readonly variables: readonly string[];
}

/** A compiled expression or text: gives its value for a subject, the same for the same subject. */
export type Render = (subject: Subject) => string;

/** What templates can reach; clock and hashing are handed in. */
export interface TemplateEnvironment {
  seed: number;
  /** Unix time. */
  nowMs(): number;
  data(set: string, field: string): (arrival: number) => string;
  /** Where a variable lies in `Subject.variables`. */
  variable(name: string): number;
  base64(text: string): string;
  /** Hexadecimal. */
  sha256(text: string): string;
  /** HMAC-SHA-256, hexadecimal. */
  hmac(key: string, text: string): string;
  /** A number of its own for each random expression, the same on every worker. */
  nextPlace(): number;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const hex16 = (word: number) => (hex[(word >>> 8) & 255] as string) + (hex[word & 255] as string);

/** A version 4 UUID (RFC 9562) of 122 bits from (seed, place, number). */
function uuidAt(seed: number, place: number, number: number): string {
  const stream = place * 4;
  const a = hash32(seed, stream, number);
  const b = hash32(seed, stream + 1, number);
  const c = hash32(seed, stream + 2, number);
  const d = hash32(seed, stream + 3, number);
  const version = 0x4000 | (b & 0x0fff);
  const variant = 0x8000 | (c & 0x3fff);
  return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(version)}-${hex16(variant)}-${hex16(c >>> 16)}${hex16(d >>> 16)}${hex16(d)}`;
}

function joined(values: readonly Render[]): Render {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  return (subject) => values.reduce((text, value) => text + value(subject), "");
}

export function compileExpression(expression: Expression, env: TemplateEnvironment): Render {
  switch (expression.kind) {
    case "text": {
      const { text } = expression;
      return () => text;
    }
    case "data": {
      const value = env.data(expression.set, expression.field);
      return (subject) => value(subject.arrival);
    }
    case "variable": {
      const index = env.variable(expression.name);
      return (subject) => subject.variables[index] ?? "";
    }
    case "call":
      return compileCall(expression, env);
  }
}

function compileCall(
  call: Extract<Expression, { kind: "call" }>,
  env: TemplateEnvironment,
): Render {
  const { seed } = env;
  const args = call.args.map((arg) => compileExpression(arg, env));
  switch (call.name) {
    case "iteration":
    case "row":
      return (subject) => `${subject.arrival}`;
    case "user":
      return (subject) => `${subject.user}`;
    case "timestamp":
      return () => `${env.nowMs()}`;
    case "uuid": {
      const place = env.nextPlace();
      return (subject) => uuidAt(seed, place, subject.arrival);
    }
    case "randomInt": {
      const [from, to] = randomIntRange(call.args);
      const place = env.nextPlace();
      return (subject) => `${randomIntAt(seed, place, subject.arrival, from, to)}`;
    }
    case "base64": {
      const text = joined(args);
      return (subject) => env.base64(text(subject));
    }
    case "sha256": {
      const text = joined(args);
      return (subject) => env.sha256(text(subject));
    }
    case "hmac": {
      const [key = () => "", ...rest] = args;
      const text = joined(rest);
      return (subject) => env.hmac(key(subject), text(subject));
    }
  }
}

/** A whole number from `from` to `to`, both included. */
export function randomIntAt(
  seed: number,
  stream: number,
  index: number,
  from: number,
  to: number,
): number {
  return from + Math.floor(uniformAt(seed, stream * 4, index) * (to - from + 1));
}

/** Text without expressions stays text, so that its user can prepare it once and for all. */
export type Text = string | Render;

/** Puts literals and values together. */
export function joinParts(parts: readonly Text[]): Text {
  const literals: string[] = [""];
  const values: Render[] = [];
  for (const part of parts) {
    if (typeof part === "string") literals[literals.length - 1] += part;
    else {
      values.push(part);
      literals.push("");
    }
  }
  const first = literals[0] as string;
  if (values.length === 0) return first;
  const rest = literals.slice(1);
  return (subject) => {
    let text = first;
    for (let i = 0; i < values.length; i++) {
      text += (values[i] as Render)(subject) + (rest[i] as string);
    }
    return text;
  };
}

/** `encode` is applied to values, never to what is written in the template itself. */
export function compileTemplate(
  segments: readonly Segment[],
  env: TemplateEnvironment,
  encode?: (value: string) => string,
): Text {
  return joinParts(
    segments.map((segment) => {
      if (typeof segment === "string") return segment;
      const value = compileExpression(segment, env);
      return encode === undefined ? value : (subject: Subject) => encode(value(subject));
    }),
  );
}
