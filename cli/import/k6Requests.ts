import type { Expression } from "acorn";
import type { Note } from "./imported.ts";
import type { Literal } from "./k6Literal.ts";
import { isObject, listOf, objectOf, type Raw, scalarOf, textOf } from "./raw.ts";
import { literal as asItStands } from "./requestStep.ts";
import type { FormField, RequestBody, SourceRequest } from "./sourceRequest.ts";

/** Where a call stands, and how what is in it is read. */
export interface K6Place {
  where: string;
  literal: (node: Expression) => Literal;
  left: Note[];
  place: Pick<SourceRequest, "groups" | "batch">;
}

const withoutBody = new Set(["get", "head"]);

const fieldsOf = (raw: unknown): FormField[] =>
  Object.entries(objectOf(raw)).flatMap(([name, value]) =>
    (Array.isArray(value) ? listOf(value) : [value]).flatMap((one) => {
      const text = scalarOf(one);
      return text === undefined ? [] : [{ name: asItStands(name), value: asItStands(text) }];
    }),
  );

/** A text as it is, an object as a form, as k6 sends them. */
function bodyOf(value: unknown): RequestBody | undefined {
  const text = scalarOf(value);
  if (text !== undefined) return text === "" ? undefined : { kind: "text", text: asItStands(text) };
  return isObject(value) ? { kind: "form", fields: fieldsOf(value) } : undefined;
}

function nameOf(method: string, url: string, tags: Raw): string {
  const given = textOf(tags["name"]);
  if (given !== undefined) return given;
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  return `${method} ${path.length > 80 ? `${path.slice(0, 77)}...` : path}`;
}

/** Parameters of a request that are read; others are told. */
const readParams = new Set(["headers", "tags"]);

/** A request of values that are known. */
function made(
  { method: given, url, body, params }: Record<"method" | "url" | "body" | "params", unknown>,
  { where, left, place }: K6Place,
): SourceRequest | undefined {
  if (typeof url !== "string" || typeof given !== "string") return undefined;
  const method = given.toLowerCase() === "del" ? "DELETE" : given.toUpperCase();
  const settings = objectOf(params);
  for (const [name, value] of Object.entries(settings)) {
    if (readParams.has(name) || value === undefined || value === null) continue;
    left.push({ where, message: `params.${name} of ${method} ${url} has no counterpart` });
  }
  return {
    where,
    name: nameOf(method, url, objectOf(settings["tags"])),
    method,
    url: asItStands(url.replace(/#.*$/s, "")),
    headers: fieldsOf(settings["headers"]),
    body: bodyOf(body),
    ...place,
  };
}

/** `http.get(url, params)`, `http.post(url, body, params)`; undefined where one is not known. */
export function requestOf(
  method: string,
  args: readonly Expression[],
  place: K6Place,
): SourceRequest | undefined {
  const read = args.map((one) => place.literal(one));
  if (read.some(({ known }) => !known)) return undefined;
  const values = read.map((one) => (one.known ? one.value : undefined));
  if (method === "request") {
    const [verb, url, body, params] = values;
    return made({ method: verb, url, body, params }, place);
  }
  const [url, second, third] = values;
  const rest = withoutBody.has(method)
    ? { body: null, params: second }
    : { body: second, params: third };
  return made({ method, url, ...rest }, place);
}

/** One of a batch: a URL, `[method, url, body, params]`, or an object with these. */
function ofBatch(value: unknown, place: K6Place): SourceRequest | undefined {
  if (typeof value === "string") {
    return made({ method: "GET", url: value, body: null, params: null }, place);
  }
  if (Array.isArray(value)) {
    const [method, url, body, params] = value as unknown[];
    return made({ method, url, body, params }, place);
  }
  const { method = "GET", url, body, params } = objectOf(value);
  return made({ method, url, body, params }, place);
}

/** Every request of a batch that stands in the call; undefined where the list itself does not. */
export function batchRequests(
  list: Expression,
  place: K6Place,
): { node: Expression; request: SourceRequest | undefined }[] | undefined {
  const nodes =
    list.type === "ArrayExpression"
      ? list.elements
      : list.type === "ObjectExpression"
        ? list.properties.map((one) => (one.type === "Property" ? one.value : one))
        : undefined;
  return nodes?.flatMap((node) => {
    if (node === null || node.type === "SpreadElement") return [];
    const read = place.literal(node);
    return [{ node, request: read.known ? ofBatch(read.value, place) : undefined }];
  });
}
