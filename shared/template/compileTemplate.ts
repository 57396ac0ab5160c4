import { hashAt, streamHash, uniformAt } from "../random/hashRandom.ts";
import { randomIntRange } from "./functions.ts";
import type { Expression, Segment } from "./parseTemplate.ts";
import { integerRender, type Render, type Subject, uuidRender } from "./render.ts";

/** What templates can reach; clock and hashing are handed in. */
export interface TemplateEnvironment {
  seed: number;
  /** Unix time. */
  nowMs(): number;
  data(set: string, field: string): Text;
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

/** Far more than a scenario has places. */
const PLACES_PER_TURN = 2 ** 20;
const placeOfTurn = (place: number, turn: number) => turn * PLACES_PER_TURN + place;

/** Its first word is a bijection of the number: no two alike below 2^32 of them. */
function uuids(seed: number, place: number): Render {
  const streamsOf = (turn: number) =>
    [0, 1, 2, 3].map((i) => streamHash(seed, placeOfTurn(place, turn) * 4 + i));
  const first = streamsOf(0);
  return uuidRender({
    word(index, { arrival, turn = 0 }) {
      const streams = turn === 0 ? first : streamsOf(turn);
      return hashAt(streams[index] as number, arrival);
    },
  });
}

/** A text that is one value. */
export const valueText = (render: Render): Template => ({ literals: ["", ""], values: [render] });

export function compileExpression(expression: Expression, env: TemplateEnvironment): Text {
  switch (expression.kind) {
    case "text":
      return expression.text;
    case "data":
      return env.data(expression.set, expression.field);
    case "variable": {
      const constant = env.constants?.get(expression.name);
      if (constant !== undefined) return constant;
      const index = env.variable(expression.name);
      return valueText((subject) => subject.variables[index] ?? "");
    }
    case "call":
      return valueText(compileCall(expression, env));
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
      return integerRender(({ arrival }) => arrival);
    case "user":
      return integerRender(({ user }) => user);
    case "timestamp":
      return integerRender(() => env.nowMs());
    case "uuid":
      return uuids(seed, env.nextPlace());
    case "randomInt": {
      const [from, to] = randomIntRange(call.args);
      const place = env.nextPlace();
      return integerRender(({ arrival, turn = 0 }) =>
        randomIntAt(seed, placeOfTurn(place, turn), arrival, from, to),
      );
    }
    case "base64": {
      const text = joinParts(args);
      return (subject) => env.base64(renderText(text, subject));
    }
    case "sha256": {
      const text = joinParts(args);
      return (subject) => env.sha256(renderText(text, subject));
    }
    case "hmac": {
      const [key = "", ...rest] = args;
      const text = joinParts(rest);
      return (subject) => env.hmac(renderText(key, subject), renderText(text, subject));
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

/** Character by character: `encode` must give for a whole what it gives for its parts. */
export function encodeText(text: Text, encode: (value: string) => string): Text {
  if (typeof text === "string") return encode(text);
  const values = text.values.map((value): Render => {
    if (value.plain !== undefined) return value;
    return (subject) => encode(value(subject));
  });
  return { literals: text.literals.map(encode), values };
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
      return encode === undefined ? value : encodeText(value, encode);
    }),
  );
}
