import { hashAt, streamHash, uniformAt } from "../random/hashRandom.ts";
import { randomIntRange } from "./functions.ts";
import type { Expression, Segment } from "./parseTemplate.ts";

/** What a template is rendered for. */
export interface Subject {
  /** Number of the arrival, or of the row of generated data. */
  readonly arrival: number;
  readonly user: number;
  readonly variables: readonly string[];
  /** How often repeats of the iteration have begun again: each time random values are others. */
  readonly turn?: number;
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
  /** Variables that have the same value for everybody. */
  constants?: ReadonlyMap<string, string>;
  base64(text: string): string;
  /** Hexadecimal. */
  sha256(text: string): string;
  /** HMAC-SHA-256, hexadecimal. */
  hmac(key: string, text: string): string;
  /** A number of its own for each random expression, the same on every worker. */
  nextPlace(): number;
}

const digits = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const DASH = 45;
const digit = (word: number, shift: number) => digits[(word >>> shift) & 15] as number;

/** A version 4 UUID (RFC 9562) of four words. One call that makes a flat string: 4× concatenation. */
function uuidOf(a: number, b: number, c: number, d: number): string {
  // prettier-ignore
  return String.fromCharCode(
    digit(a, 28), digit(a, 24), digit(a, 20), digit(a, 16),
    digit(a, 12), digit(a, 8), digit(a, 4), digit(a, 0), DASH,
    digit(b, 28), digit(b, 24), digit(b, 20), digit(b, 16), DASH,
    digit(4, 0), digit(b, 8), digit(b, 4), digit(b, 0), DASH,
    digit(8 | (c >>> 30), 0), digit(c, 24), digit(c, 20), digit(c, 16), DASH,
    digit(c, 12), digit(c, 8), digit(c, 4), digit(c, 0),
    digit(d, 28), digit(d, 24), digit(d, 20), digit(d, 16),
    digit(d, 12), digit(d, 8), digit(d, 4), digit(d, 0),
  );
}

/** Far more than a scenario has places. */
const PLACES_PER_TURN = 2 ** 20;
const placeOfTurn = (place: number, turn: number) => turn * PLACES_PER_TURN + place;

/** Its first word is a bijection of the number: no two alike below 2^32 of them. */
function uuids(seed: number, place: number): (number: number) => string {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => streamHash(seed, place * 4 + i)) as [
    ...[number, number, number, number],
  ];
  return (number) =>
    uuidOf(hashAt(a, number), hashAt(b, number), hashAt(c, number), hashAt(d, number));
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
      const constant = env.constants?.get(expression.name);
      if (constant !== undefined) return () => constant;
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
      const first = uuids(seed, place);
      return ({ arrival, turn = 0 }) =>
        (turn === 0 ? first : uuids(seed, placeOfTurn(place, turn)))(arrival);
    }
    case "randomInt": {
      const [from, to] = randomIntRange(call.args);
      const place = env.nextPlace();
      return ({ arrival, turn = 0 }) =>
        `${randomIntAt(seed, placeOfTurn(place, turn), arrival, from, to)}`;
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

/** Literals with a value between each two of them: one literal more than values. */
export interface Template {
  readonly literals: readonly string[];
  readonly values: readonly Render[];
}

/** Text without expressions stays text, so that its user can prepare it once and for all. */
export type Text = string | Template;

export function renderText(text: Text, subject: Subject): string {
  if (typeof text === "string") return text;
  const { literals, values } = text;
  let rendered = literals[0] as string;
  for (let i = 0; i < values.length; i++) {
    rendered += (values[i] as Render)(subject) + (literals[i + 1] as string);
  }
  return rendered;
}

/** Puts literals, values and texts one behind the other. */
export function joinParts(parts: readonly (Text | Render)[]): Text {
  const literals: string[] = [""];
  const values: Render[] = [];
  const addLiteral = (text: string) => {
    literals[literals.length - 1] += text;
  };
  const addValue = (value: Render) => {
    values.push(value);
    literals.push("");
  };
  for (const part of parts) {
    if (typeof part === "string") addLiteral(part);
    else if (typeof part === "function") addValue(part);
    else {
      part.values.forEach((value, i) => {
        addLiteral(part.literals[i] as string);
        addValue(value);
      });
      addLiteral(part.literals.at(-1) as string);
    }
  }
  return values.length === 0 ? (literals[0] as string) : { literals, values };
}

/** As `compileTemplate`, and `encode` is applied to what is written in the template too. */
export function compileEncoded(
  segments: readonly Segment[],
  env: TemplateEnvironment,
  encode: (value: string) => string,
): Text {
  const encoded = segments.map((segment) =>
    typeof segment === "string" ? encode(segment) : segment,
  );
  return compileTemplate(encoded, env, encode);
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
