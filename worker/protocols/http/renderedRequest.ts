import {
  renderText,
  type Subject,
  type Template,
  type Text,
} from "@onrush/shared/template/compileTemplate.ts";
import type { HttpRequest } from "./httpRequest.ts";

/** A request as it was sent: its URL is the whole of it, and no template is left. */
export interface RenderedRequest extends Omit<HttpRequest, "path"> {
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | null;
}

type Remember = (subject: Subject, template: Template, text: string) => void;

/** What the templates of a request gave for one subject. */
export type RenderedTexts = ReadonlyMap<Template, string>;

/** The same request; tells what its templates give, since some give something else the next time. */
export function remembering(request: HttpRequest, remember: Remember): HttpRequest {
  const wrap = (template: Template): Template => ({
    literals: ["", ""],
    values: [
      (subject) => {
        const text = renderText(template, subject);
        remember(subject, template, text);
        return text;
      },
    ],
  });
  const wrapText = (text: Text) => (typeof text === "string" ? text : wrap(text));
  const { path, headers, body } = request;
  return {
    ...request,
    ...(path === undefined ? {} : { path: wrap(path) }),
    headers: mapValues(headers, wrapText),
    body: body === null || body instanceof Uint8Array ? body : wrap(body),
  };
}

const encoder = new TextEncoder();

/** The request with its templates' texts; those that were never rendered are empty. */
export function rendered(request: HttpRequest, texts: RenderedTexts): RenderedRequest {
  const { path, body, url, ...rest } = request;
  const textOf = (text: Text) => (typeof text === "string" ? text : (texts.get(text) ?? ""));
  return {
    ...rest,
    url: path === undefined ? url : new URL(url).origin + textOf(path),
    headers: mapValues(request.headers, textOf),
    body: body === null || body instanceof Uint8Array ? body : encoder.encode(textOf(body)),
  };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
