import {
  GENTLE_LOAD,
  type Imported,
  ImportError,
  type Note,
  PLACEHOLDER_BASE_URL,
  standInNote,
} from "./imported.ts";
import { fileName } from "./bodies.ts";
import { importedName } from "./importedName.ts";
import { PostmanVariables } from "./postmanVariables.ts";
import { isObject, listOf, objectOf, objectsOf, type Raw, scalarOf, textOf } from "./raw.ts";
import { toSteps } from "./requestStep.ts";
import type {
  Credentials,
  FormField,
  FormPart,
  RequestBody,
  SourceRequest,
} from "./sourceRequest.ts";

/** Postman collections 2.0 and 2.1. Folders give their names to the steps in them. */

interface Folder {
  name: string;
  auth: unknown;
}

interface Reader {
  variables: PostmanVariables;
  left: Note[];
  requests: SourceRequest[];
}

const enabled = (list: unknown) => objectsOf(list).filter(({ disabled }) => disabled !== true);

function fieldsOf(list: unknown, { variables }: Reader): FormField[] {
  return enabled(list).flatMap((raw) => {
    const name = scalarOf(raw["key"]);
    if (name === undefined) return [];
    return [{ name: variables.fill(name), value: variables.fill(scalarOf(raw["value"]) ?? "") }];
  });
}

/** URLs are a text, or parts with a `raw` text; path variables are written `:name`. */
function urlOf(url: unknown, where: string, { variables, left }: Reader): string {
  const parts = objectOf(url);
  let text = textOf(url) ?? textOf(parts["raw"]) ?? builtUrl(parts);
  for (const variable of objectsOf(parts["variable"])) {
    const key = scalarOf(variable["key"]);
    const value = scalarOf(variable["value"]);
    if (key === undefined) continue;
    const filled = value === undefined || value === "" ? `{{${key}}}` : value;
    text = text
      .split("/")
      .map((piece) =>
        piece.split(/[?#]/)[0] === `:${key}` ? piece.replace(`:${key}`, () => filled) : piece,
      )
      .join("/");
  }
  const full = withoutDisabledQuery(variables.fill(text.trim()), parts);
  if (/^https?:\/\//i.test(full)) return full;
  if (!full.startsWith("${")) return `http://${full}`;
  // No URL can begin with a variable whose value is not known.
  left.push(standInNote(where, "its host is a variable without a value"));
  return full.replace(/^\$\{[^}]*\}/, () => PLACEHOLDER_BASE_URL);
}

function builtUrl(parts: Raw): string {
  const host = textOf(parts["host"]) ?? listOf(parts["host"]).join(".");
  const path =
    textOf(parts["path"]) ??
    listOf(parts["path"])
      .map((p) => scalarOf(p) ?? "")
      .join("/");
  const port = scalarOf(parts["port"]);
  const query = enabled(parts["query"])
    .map((q) => `${scalarOf(q["key"]) ?? ""}=${scalarOf(q["value"]) ?? ""}`)
    .join("&");
  const scheme = textOf(parts["protocol"]) ?? (host.startsWith("{{") ? "" : "http");
  return [
    scheme === "" ? "" : `${scheme}://`,
    host,
    port === undefined ? "" : `:${port}`,
    path === "" ? "" : `/${path.replace(/^\//, "")}`,
    query === "" ? "" : `?${query}`,
  ].join("");
}

/** `raw` has the disabled parameters of a query too. */
function withoutDisabledQuery(url: string, parts: Raw): string {
  const disabled = objectsOf(parts["query"]).filter((query) => query["disabled"] === true);
  if (disabled.length === 0) return url;
  const [address = "", query = ""] = url.split(/\?(.*)/s, 2);
  const names = new Set(disabled.map((one) => scalarOf(one["key"])));
  const kept = query.split("&").filter((pair) => !names.has(pair.split("=")[0]));
  return kept.join("") === "" ? address : `${address}?${kept.join("&")}`;
}

function authValues(auth: Raw, type: string, { variables }: Reader): ReadonlyMap<string, string> {
  const given = auth[type];
  // 2.1 has a list of keys and values, 2.0 an object.
  const pairs = Array.isArray(given)
    ? objectsOf(given).map((one): [string, unknown] => [scalarOf(one["key"]) ?? "", one["value"]])
    : Object.entries(objectOf(given));
  return new Map(pairs.map(([key, value]) => [key, variables.fill(scalarOf(value) ?? "")]));
}

/** The header or query field that proves who asks. */
function authFields(
  auth: unknown,
  where: string,
  reader: Reader,
): { header?: FormField; query?: FormField; auth?: Credentials } {
  const raw = objectOf(auth);
  const type = textOf(raw["type"]) ?? "noauth";
  const values = authValues(raw, type, reader);
  const value = (name: string) => values.get(name) ?? "";
  switch (type) {
    case "noauth":
      return {};
    case "bearer":
      return { auth: { bearer: value("token") || "${TOKEN}" } };
    case "basic":
      return { auth: { basic: { user: value("username"), password: value("password") } } };
    case "apikey": {
      const field = { name: value("key"), value: value("value") };
      return value("in") === "query" ? { query: field } : { header: field };
    }
    case "oauth2": {
      const token = value("accessToken") || "${TOKEN}";
      reader.left.push({ where, message: "OAuth 2 is not performed: a token is to be given" });
      return { auth: { bearer: token } };
    }
    default:
      reader.left.push({ where, message: `authentication of type ${type} has no counterpart` });
      return {};
  }
}

/** One file, or several of one field. Postman writes paths that are its own to the collection. */
const pathsOf = (src: unknown) =>
  (Array.isArray(src) ? src : [src]).flatMap((path) =>
    typeof path === "string" && path !== "" ? [fileName(path)] : [],
  );

function formParts(list: unknown, where: string, reader: Reader): FormPart[] {
  return enabled(list).flatMap((raw): FormPart[] => {
    const type = textOf(raw["contentType"]) ?? "";
    const typed = type === "" ? {} : { contentType: type };
    const fields = fieldsOf([raw], reader);
    if (raw["type"] !== "file") return fields.map((field) => ({ ...field, ...typed }));
    const files = pathsOf(raw["src"]);
    if (files.length === 0) {
      const message = `the field ${scalarOf(raw["key"]) ?? ""} is not carried over: it names no file`;
      reader.left.push({ where, message });
    }
    return fields.flatMap(({ name }) => files.map((file) => ({ name, value: "", file, ...typed })));
  });
}

function bodyOf(body: Raw, where: string, reader: Reader): RequestBody | undefined {
  const { variables, left } = reader;
  const mode = textOf(body["mode"]);
  if (body["disabled"] === true || mode === undefined || mode === "none") return undefined;
  switch (mode) {
    case "raw": {
      const text = textOf(body["raw"]) ?? "";
      return text === "" ? undefined : { kind: "text", text: variables.fill(text) };
    }
    case "urlencoded":
      return { kind: "form", fields: fieldsOf(body["urlencoded"], reader) };
    case "formdata":
      return { kind: "multipart", parts: formParts(body["formdata"], where, reader) };
    case "file": {
      const [file] = pathsOf(objectOf(body["file"])["src"]);
      if (file !== undefined) return { kind: "file", file };
      left.push({ where, message: "the body is not carried over: it names no file" });
      return undefined;
    }
    case "graphql": {
      const graphql = objectOf(body["graphql"]);
      const value = { query: textOf(graphql["query"]) ?? "", variables: graphqlVariables(graphql) };
      return { kind: "text", text: variables.fill(JSON.stringify(value)) };
    }
    default:
      left.push({ where, message: `a body of mode ${mode} is not carried over` });
      return undefined;
  }
}

function graphqlVariables(graphql: Raw): unknown {
  try {
    return JSON.parse(textOf(graphql["variables"]) || "{}");
  } catch {
    return {};
  }
}

/** The type Postman adds by the language its editor was set to. */
function contentTypeOf(body: Raw): string | undefined {
  if (body["mode"] === "graphql") return "application/json";
  if (body["mode"] !== "raw") return undefined;
  const language = textOf(objectOf(objectOf(body["options"])["raw"])["language"]);
  const types: Record<string, string> = {
    ...{ json: "application/json", xml: "application/xml", html: "text/html" },
    ...{ javascript: "application/javascript", text: "text/plain" },
  };
  return language === undefined ? undefined : types[language];
}

function noteScripts(raw: Raw, where: string, left: Note[]): void {
  for (const event of objectsOf(raw["event"])) {
    const script = objectOf(event["script"])["exec"];
    const text = Array.isArray(script) ? script.join("\n") : (textOf(script) ?? "");
    if (text.trim() === "") continue;
    const what = event["listen"] === "test" ? "write its assertions as checks" : "nothing is run";
    left.push({
      where,
      message: `the ${textOf(event["listen"]) ?? ""} script is not carried over: ${what}`,
    });
  }
}

/** The collection itself is a folder without a name. */
const pathName = (folders: readonly Folder[], own: string) =>
  [...folders.map(({ name }) => name), own].filter((name) => name !== "").join(" / ");

function readRequest(item: Raw, folders: readonly Folder[], reader: Reader): void {
  const request = isObject(item["request"]) ? item["request"] : { url: item["request"] };
  const own = textOf(item["name"]) ?? "request";
  const name = pathName(folders, own);
  noteScripts(item, name, reader.left);
  const body = objectOf(request["body"]);
  const auths = [...folders.map(({ auth }) => auth), request["auth"]];
  const auth = auths.findLast((one) => isObject(one) && one["type"] !== "inherit");
  const { header, query, auth: credentials } = authFields(auth, name, reader);
  const headers = fieldsOf(request["header"], reader);
  const has = (wanted: string) => headers.some((one) => one.name.toLowerCase() === wanted);
  if (header !== undefined && !has(header.name.toLowerCase())) headers.push(header);
  const contentType = contentTypeOf(body);
  if (contentType !== undefined && !has("content-type")) {
    headers.push({ name: "Content-Type", value: contentType });
  }
  reader.requests.push({
    where: name,
    name,
    method: textOf(request["method"]) ?? "GET",
    url: urlOf(request["url"], name, reader),
    headers,
    auth: credentials,
    groups: folders.filter(({ name: folder }) => folder !== ""),
    ...(query === undefined ? {} : { query: [query] }),
    body: bodyOf(body, name, reader),
  });
}

function readItems(items: unknown, folders: readonly Folder[], reader: Reader): void {
  for (const item of objectsOf(items)) {
    if (!Array.isArray(item["item"])) {
      if (item["request"] !== undefined) readRequest(item, folders, reader);
      continue;
    }
    const folder = { name: textOf(item["name"]) ?? "folder", auth: item["auth"] };
    noteScripts(item, pathName(folders, folder.name), reader.left);
    readItems(item["item"], [...folders, folder], reader);
  }
}

/** A collection as one iteration: its requests in their order, folder by folder. */
export function importPostman(document: unknown): Imported {
  const wrapped = objectOf(document)["collection"];
  const collection = isObject(wrapped) ? wrapped : objectOf(document);
  if (!Array.isArray(collection["item"])) {
    throw new ImportError("not a Postman collection 2.1: item is missing (export it as v2.1)");
  }
  const left: Note[] = [];
  const reader: Reader = {
    variables: new PostmanVariables(collection["variable"], left),
    left,
    requests: [],
  };
  noteScripts(collection, "collection", left);
  const root: Folder[] = isObject(collection["auth"])
    ? [{ name: "", auth: collection["auth"] }]
    : [];
  readItems(collection["item"], root, reader);
  const steps = toSteps(reader.requests, left);
  if (steps.length === 0) {
    const reasons = left.map(({ where, message }) => `${where}: ${message}`).join("; ");
    throw new ImportError(`no request is left to import: ${reasons || "the collection is empty"}`);
  }
  const title = textOf(objectOf(collection["info"])["name"]) ?? "";
  const name = importedName(title, 200) || "Postman collection";
  return { scenario: { name, ...GENTLE_LOAD, steps }, left };
}
