import {
  compileExpression,
  encodeText,
  joinParts,
  type TemplateEnvironment,
  type Text,
} from "./compileTemplate.ts";
import { encodeForUrl } from "./encodings.ts";
import { type Expression, hasTemplate, parseTemplate, type Segment } from "./parseTemplate.ts";

/** A URL in which each expression has become a word that URL parsing leaves alone. */
interface MarkedUrl {
  text: string;
  mark: string;
  expressions: Expression[];
}

function markUrl(text: string, segments: readonly Segment[]): MarkedUrl {
  let mark = "template";
  while (text.toLowerCase().includes(mark)) mark += "x";
  const expressions: Expression[] = [];
  const marked = segments.map((segment) => {
    if (typeof segment === "string") return segment;
    expressions.push(segment);
    return `${mark}${expressions.length - 1}z`;
  });
  return { text: marked.join(""), mark, expressions };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/]/i.test(text);
}

/** What is wrong with a URL that may have templates, or undefined; templates' own errors aside. */
export function urlProblem(text: string): string | undefined {
  const parsed = parseTemplate(text);
  const { text: marked, mark } = markUrl(text, parsed.ok ? parsed.segments : [text]);
  if (!isHttpUrl(marked)) {
    return hasTemplate(text) && !/^https?:\/\//i.test(text)
      ? "must begin with http:// or https:// and a host; templates may stand in path and query"
      : "must be a full http:// or https:// URL";
  }
  const { origin, username, password } = new URL(marked);
  if (username !== "" || password !== "") {
    return "put credentials in the Authorization header, not in the URL";
  }
  const host = marked.split(/[/?#]/, 3).join("/");
  if (origin.includes(mark) || host.toLowerCase().includes(mark)) {
    return "a template may stand in path and query, not in scheme or host";
  }
  return undefined;
}

/** Path and query of a URL as they are requested; values are percent-encoded. */
export function compilePath(text: string, env: TemplateEnvironment): Text {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new RangeError(`column ${parsed.column}: ${parsed.message}`);
  const { text: marked, mark, expressions } = markUrl(text, parsed.segments);
  const { pathname, search } = new URL(marked);
  const parts = (pathname + search).split(new RegExp(`${mark}(\\d+)z`));
  return joinParts(
    parts.map((part, i) => {
      const expression = i % 2 === 1 ? expressions[Number(part)] : undefined;
      if (expression === undefined) return part;
      return encodeText(compileExpression(expression, env), encodeForUrl);
    }),
  );
}
