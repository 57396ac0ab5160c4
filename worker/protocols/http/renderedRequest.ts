import { renderText, type Template, type Text } from "@onrush/shared/template/compileTemplate.ts";
import type { Render, Subject } from "@onrush/shared/template/render.ts";
import { type BodyTemplate, type HttpRequest, renderBody } from "./httpRequest.ts";

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
  // Value by value: files between them are no texts.
  const wrapBody = (body: BodyTemplate): BodyTemplate => ({
    ...body,
    values: body.values.map((value) => wrap(valueTemplate(value)).values[0] as Render),
  });
  const wrapText = (text: Text) => (typeof text === "string" ? text : wrap(text));
  const { path, headers, body } = request;
  return {
    ...request,
    ...(path === undefined ? {} : { path: wrap(path) }),
    headers: mapValues(headers, wrapText),
    body: body === null || body instanceof Uint8Array ? body : wrapBody(body),
  };
}

/** The request with its templates' texts; those that were never rendered are empty. */
export function rendered(request: HttpRequest, texts: RenderedTexts): RenderedRequest {
  const { path, body, url, ...rest } = request;
  const textOf = (text: Text) => (typeof text === "string" ? text : (texts.get(text) ?? ""));
  const bodyOf = (body: BodyTemplate) => {
    const values = body.values.map((value) => () => textOf(valueTemplate(value)));
    return renderBody({ ...body, values }, nobody);
  };
  return {
    ...rest,
    url: path === undefined ? url : new URL(url).origin + textOf(path),
    headers: mapValues(request.headers, textOf),
    body: body === null || body instanceof Uint8Array ? body : bodyOf(body),
  };
}

const nobody: Subject = { arrival: 0, user: 0, variables: [] };

/** What a value of a body is remembered by. */
const valueTemplates = new WeakMap<Render, Template>();

function valueTemplate(value: Render): Template {
  const known = valueTemplates.get(value) ?? { literals: ["", ""], values: [value] };
  valueTemplates.set(value, known);
  return known;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
