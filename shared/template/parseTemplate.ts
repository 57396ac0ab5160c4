import { nearest } from "../scenario/problems.ts";
import { arityProblem, functionNames, isFunctionName, type TemplateFunction } from "./functions.ts";

/**
 * Templates: text with `{{expressions}}`. A text is parsed once, into literals and expressions;
 * nothing of it is ever run as code.
 *
 *   expression := word { word }          the first names a value or a function, the others are
 *   word       := name | number | quoted its arguments
 *   name       := `uuid` | `data.users.apiKey` | `vars.token`
 *   quoted     := "…" or '…', with \" \' \\ \n \r \t
 */
export type Expression =
  | { kind: "text"; text: string }
  | { kind: "data"; set: string; field: string; column: number }
  | { kind: "variable"; name: string; column: number }
  | { kind: "call"; name: TemplateFunction; args: readonly Expression[]; column: number };

export type Segment = string | Expression;

export type ParsedTemplate =
  | { ok: true; segments: readonly Segment[] }
  /** `column` counts from 1 within the text. */
  | { ok: false; column: number; message: string };

export const OPEN = "{{";
const CLOSE = "}}";

export const hasTemplate = (text: string) => text.includes(OPEN);

class TemplateError extends Error {
  readonly column: number;

  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

type Word = { at: number; text: string; quoted: boolean };

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
const NAME = /^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*$/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** The words from `from` to the closing braces, and where the text goes on after them. */
function readWords(text: string, from: number): { words: Word[]; end: number } {
  const words: Word[] = [];
  let at = from;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    if (at >= text.length) throw new TemplateError(from - 1, `"{{" without "}}"`);
    if (text.startsWith(CLOSE, at)) return { words, end: at + CLOSE.length };
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const word = readQuoted(text, at, quote);
      words.push({ at, text: word.text, quoted: true });
      at = word.end;
      continue;
    }
    const begin = at;
    while (at < text.length && !/[\s"']/.test(text[at] as string) && !text.startsWith(CLOSE, at)) {
      at++;
    }
    words.push({ at: begin, text: text.slice(begin, at), quoted: false });
  }
}

function readQuoted(text: string, from: number, quote: string): { text: string; end: number } {
  let value = "";
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at] as string;
    if (char === quote) return { text: value, end: at + 1 };
    if (char !== "\\") value += char;
    else {
      at++;
      const escaped = text[at] ?? "";
      value += escapes[escaped] ?? escaped;
    }
  }
  throw new TemplateError(from + 1, `a quote that is not closed`);
}

function toExpression(word: Word): Expression {
  const column = word.at + 1;
  if (word.quoted || NUMBER.test(word.text)) return { kind: "text", text: word.text };
  if (!NAME.test(word.text)) {
    throw new TemplateError(column, `"${word.text.slice(0, 40)}" is neither a name nor a number`);
  }
  const [first = "", second, third, ...more] = word.text.split(".");
  if (first === "data") {
    if (second === undefined || third === undefined || more.length > 0) {
      throw new TemplateError(column, "data is written data.<set>.<field>");
    }
    return { kind: "data", set: second, field: third, column };
  }
  if (first === "vars") {
    if (second === undefined || third !== undefined) {
      throw new TemplateError(column, "a variable is written vars.<name>");
    }
    return { kind: "variable", name: second, column };
  }
  if (second === undefined && isFunctionName(first)) {
    return { kind: "call", name: first, args: [], column };
  }
  const near = nearest(first, [...functionNames, "data", "vars"]);
  const hint = near === undefined ? `known: ${functionNames.join(", ")}, data.…, vars.…` : near;
  throw new TemplateError(
    column,
    `unknown name "${word.text}"; ${near === undefined ? hint : `did you mean "${hint}"?`}`,
  );
}

function toCall(words: readonly Word[], openColumn: number): Expression {
  const [first, ...rest] = words;
  if (first === undefined) throw new TemplateError(openColumn, "an empty {{}}");
  const expression = toExpression(first);
  const args = rest.map(toExpression);
  if (expression.kind !== "call") {
    if (args.length === 0) return expression;
    throw new TemplateError(first.at + 1, `"${first.text}" takes no arguments`);
  }
  for (const [i, arg] of args.entries()) {
    const problem = arg.kind === "call" ? arityProblem(arg.name, []) : undefined;
    if (problem !== undefined) throw new TemplateError((rest[i] as Word).at + 1, problem);
  }
  const problem = arityProblem(expression.name, args);
  if (problem !== undefined) throw new TemplateError(first.at + 1, problem);
  return { ...expression, args };
}

export function parseTemplate(text: string): ParsedTemplate {
  const segments: Segment[] = [];
  try {
    for (let at = 0; at < text.length;) {
      const open = text.indexOf(OPEN, at);
      if (open < 0) {
        segments.push(text.slice(at));
        break;
      }
      if (open > at) segments.push(text.slice(at, open));
      const { words, end } = readWords(text, open + OPEN.length);
      segments.push(toCall(words, open + 1));
      at = end;
    }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { ok: false, column: error.column, message: error.message };
  }
  return { ok: true, segments };
}

/** For texts that have been checked; throws RangeError otherwise. */
export function segmentsOf(text: string): readonly Segment[] {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new RangeError(`column ${parsed.column}: ${parsed.message}`);
  return parsed.segments;
}

/** All expressions of a text, arguments too. */
export function expressionsIn(segments: readonly Segment[]): Expression[] {
  return segments.flatMap((segment) => {
    if (typeof segment === "string") return [];
    return segment.kind === "call" ? [segment, ...segment.args] : [segment];
  });
}
