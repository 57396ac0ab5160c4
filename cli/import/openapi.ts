import {
  GENTLE_LOAD,
  type Imported,
  ImportError,
  type Note,
  PLACEHOLDER_BASE_URL,
  standInNote,
} from "./imported.ts";
import { importedName } from "./importedName.ts";
import { exampleOf, keepTemplates, placeParameters } from "./openapiParameters.ts";
import { credentialsOf } from "./openapiSecurity.ts";
import { isObject, listOf, objectOf, objectsOf, type Raw, scalarOf, textOf } from "./raw.ts";
import { References } from "./references.ts";
import { literal, toSteps } from "./requestStep.ts";
import type { FormField, RequestBody, SourceRequest } from "./sourceRequest.ts";

/** OpenAPI 3.0 and 3.1: every operation becomes a step, in the order of the document. */

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

interface Reader {
  document: Raw;
  references: References;
  left: Note[];
}

/** The first server; variables take their defaults. */
function serverUrl(servers: unknown): string | undefined {
  const [server] = objectsOf(servers);
  const url = textOf(server?.["url"]);
  if (url === undefined) return undefined;
  const variables = objectOf(server?.["variables"]);
  return url
    .replaceAll(/\{([^{}]+)\}/g, (all, name: string) => {
      const variable = objectOf(variables[name]);
      return scalarOf(variable["default"]) ?? all;
    })
    .replace(/\/+$/, "");
}

function baseUrl(document: Raw, left: Note[]): string {
  const url = serverUrl(document["servers"]) ?? "";
  if (/^https?:\/\/[^/{]/i.test(url)) return url;
  left.push(standInNote("servers", `no full address (${url || "none"})`));
  return PLACEHOLDER_BASE_URL + (url.startsWith("/") ? url : "");
}

/** Media types in the order in which they are wanted. */
const wantedTypes = [
  /[/+]json\b/i,
  /^application\/x-www-form-urlencoded/i,
  /^multipart\//i,
  /^text\//i,
];

function toFields(value: unknown): FormField[] {
  return Object.entries(objectOf(value)).flatMap(([name, inner]) => {
    const text = scalarOf(inner) ?? JSON.stringify(inner);
    return text === undefined ? [] : [{ name, value: keepTemplates(text) }];
  });
}

/** Every text of an example, meant as it stands. */
function literalJson(value: unknown): unknown {
  if (typeof value === "string") return keepTemplates(value);
  if (Array.isArray(value)) return value.map(literalJson);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [keepTemplates(key), literalJson(inner)]),
  );
}

interface Body {
  body?: RequestBody;
  contentType?: string;
}

function bodyOf(operation: Raw, where: string, { references, left }: Reader): Body {
  const content = objectOf(references.resolve(operation["requestBody"])["content"]);
  const types = Object.keys(content);
  if (types.length === 0) return {};
  const contentType = wantedTypes.flatMap(
    (wanted) => types.find((type) => wanted.test(type)) ?? [],
  )[0];
  if (contentType === undefined) {
    left.push({ where, message: `a body of type ${types.join(", ")} has to be written by hand` });
    return {};
  }
  const value = exampleOf(references.resolve(content[contentType]), references);
  if (value === undefined) {
    left.push({ where, message: `its ${contentType} body has neither example nor schema` });
    return {};
  }
  if (/json/i.test(contentType)) {
    // A body that is a single number or text is sent as the JSON it is.
    const json = literalJson(value);
    return typeof json === "object" && json !== null
      ? { body: { kind: "json", value: json }, contentType }
      : { body: { kind: "text", text: JSON.stringify(json) }, contentType };
  }
  if (/urlencoded/i.test(contentType)) return { body: { kind: "form", fields: toFields(value) } };
  if (/^multipart/i.test(contentType))
    return { body: { kind: "multipart", parts: toFields(value) } };
  return {
    body: { kind: "text", text: keepTemplates(scalarOf(value) ?? JSON.stringify(value)) },
    contentType,
  };
}

/** `tag`, and `tag-2`, `tag-3` … where an operation has several. */
function tagsOf(operation: Raw): SourceRequest["tags"] {
  const names = listOf(operation["tags"]).flatMap((tag) => {
    // What a tag's value may not contain.
    const name = (textOf(tag) ?? "").replaceAll(/[\s\p{C}()"',={}]+/gu, " ");
    return name.trim() === "" ? [] : [name.trim().slice(0, 100).trim()];
  });
  if (names.length === 0) return undefined;
  const entries = names.slice(0, 10).map((name, i) => [i === 0 ? "tag" : `tag-${i + 1}`, name]);
  return Object.fromEntries(entries) as SourceRequest["tags"];
}

function fillPath(path: string, values: ReadonlyMap<string, string>): string {
  return path.replaceAll(/\{([^{}]+)\}/g, (_all, name: string) => values.get(name) ?? "1");
}

function toRequest(path: string, method: string, item: Raw, base: string, reader: Reader) {
  const { document, references, left } = reader;
  const operation = objectOf(item[method]);
  const where = `${method.toUpperCase()} ${path}`;
  const note = (one: Note) => void left.push({ ...one, where: `${where}: ${one.where}` });
  const { path: values, query, headers } = placeParameters(item, operation, references, note);
  const security = operation["security"] ?? document["security"];
  const schemes = objectOf(document["components"])["securitySchemes"];
  const credentials = credentialsOf(security, schemes, references, note);
  const { body, contentType } = bodyOf(operation, where, reader);
  const own = serverUrl(operation["servers"]) ?? serverUrl(item["servers"]);
  const origin = own !== undefined && /^https?:\/\//i.test(own) ? own : base;
  const tags = tagsOf(operation);
  const request: SourceRequest = {
    where,
    ...(tags === undefined ? {} : { tags }),
    name: textOf(operation["operationId"]) ?? where,
    method,
    url: literal(origin) + fillPath(path, values),
    query: [...query, ...credentials.query],
    auth: credentials.auth,
    headers: [
      ...credentials.headers,
      ...headers,
      ...(contentType === undefined ? [] : [{ name: "Content-Type", value: contentType }]),
    ],
    body,
  };
  return request;
}

function checkVersion(document: Raw): void {
  if (document["swagger"] !== undefined) {
    throw new ImportError("Swagger 2.0 is not read: convert it to OpenAPI 3 first");
  }
  const version = scalarOf(document["openapi"]);
  if (version === undefined || !version.startsWith("3.")) {
    throw new ImportError(`not an OpenAPI 3 document: openapi is ${version ?? "missing"}`);
  }
}

export function importOpenapi(source: unknown): Imported {
  const document = objectOf(source);
  checkVersion(document);
  const left: Note[] = [];
  const reader = { document, references: new References(document, left), left };
  const base = baseUrl(document, left);
  const requests = Object.entries(objectOf(document["paths"])).flatMap(([path, raw]) => {
    const item = reader.references.resolve(raw);
    return methods.flatMap((method) =>
      isObject(item[method]) ? [toRequest(path, method, item, base, reader)] : [],
    );
  });
  if (isObject(document["webhooks"])) {
    left.push({
      where: "webhooks",
      message: "are requests of the server and are not carried over",
    });
  }
  const steps = toSteps(requests, left);
  if (steps.length === 0) throw new ImportError("the document has no operation to import");
  const name = importedName(textOf(objectOf(document["info"])["title"]) ?? "", 200) || "OpenAPI";
  return { scenario: { name, ...GENTLE_LOAD, steps }, left };
}
