import { plainUrl } from "@onrush/shared/format/plainUrl.ts";
import { concernsOutputOnly, longName, takesValue } from "./curlOptions.ts";
import { importedName } from "./importedName.ts";
import { encodeAround, fileName } from "./bodies.ts";
import { GENTLE_LOAD, type Imported, ImportError, type Note } from "./imported.ts";
import { basicAuth, literal, toSteps } from "./requestStep.ts";
import { shellWords } from "./shellWords.ts";
import type { Credentials, FormField, FormPart, RequestBody } from "./sourceRequest.ts";

/** What the words of a curl command have said so far. */
interface CurlCommand {
  urls: string[];
  method: string | undefined;
  headers: FormField[];
  /** Pieces of -d and its kin; curl joins them with &. */
  data: string[];
  /** A file that is the whole body. */
  dataFile: string | undefined;
  /** -T: the file that is put there. */
  upload: string | undefined;
  parts: FormPart[];
  query: string[];
  isJson: boolean;
  /** -G: data go into the query. */
  inQuery: boolean;
  isHead: boolean;
  isInsecure: boolean;
  follows: boolean;
  maxRedirects: number | undefined;
  maxTimeSeconds: number | undefined;
  proxy: string | undefined;
  isHttp2: boolean;
  isCompressed: boolean;
  auth: Credentials | undefined;
  left: Note[];
}

/** What `--compressed` asks for. */
const acceptEncodings = ["deflate", "gzip", "br", "zstd"] as const;

const newCommand = (): CurlCommand => ({
  ...{
    urls: [],
    method: undefined,
    dataFile: undefined,
    upload: undefined,
    headers: [],
    data: [],
    parts: [],
    query: [],
    left: [],
  },
  ...{ isJson: false, inQuery: false, isHead: false, isInsecure: false, follows: false },
  ...{ maxRedirects: undefined, maxTimeSeconds: undefined, proxy: undefined, isHttp2: false },
  ...{ isCompressed: false, auth: undefined },
});

/** A header line; `Name;` sends an empty one, `Name:` removes curl's own. */
function addHeader(command: CurlCommand, line: string): void {
  const empty = /^([^:;]+);\s*$/.exec(line);
  const at = line.indexOf(":");
  if (empty !== null) command.headers.push({ name: (empty[1] ?? "").trim(), value: "" });
  else if (at > 0 && line.slice(at + 1).trim() !== "") {
    const value = literal(line.slice(at + 1).trim());
    command.headers.push({ name: line.slice(0, at).trim(), value });
  } else if (at <= 0) {
    command.left.push({ where: "-H", message: `"${line.slice(0, 60)}" is not a header` });
  }
}

/**
 * Data from a file, which are the body when they are all of it. curl takes line breaks out of what
 * is not binary.
 */
function dataFromFile(command: CurlCommand, option: string, path: string): void {
  const note = (message: string) => void command.left.push({ where: option, message });
  if (path === "-" || path === "") return note("the standard input is not read: name a file");
  if (command.dataFile !== undefined)
    return note(`the file ${path} is left out: a body is one file`);
  command.dataFile = fileName(path);
  if (/^--data(-ascii)?$/.test(option)) {
    note(`${path} is sent as it stands, with the line breaks that curl takes out`);
  }
}

/** Sends the bytes of a file by PUT, to its name where the URL is a folder. */
function uploadFile(command: CurlCommand, option: string, path: string): void {
  const note = (message: string) => void command.left.push({ where: option, message });
  if (path === "-" || path === "." || path === "") {
    return note("the standard input is not read: name a file");
  }
  if (command.upload !== undefined) return note(`the file ${path} is left out: a body is one file`);
  command.upload = path;
}

/** What a file holds stays behind; the note says how to write it. */
function fromFile(command: CurlCommand, option: string, value: string): void {
  const message = `the file ${value.slice(1) || "of the standard input"} is not read: put its content into the body`;
  command.left.push({ where: option, message });
}

/** `name=value`, `=value`, `value`: what is after the first = is encoded. */
function urlEncoded(value: string): string {
  const at = value.indexOf("=");
  if (at < 0) return encodeAround(literal(value));
  const name = value.slice(0, at);
  const encoded = encodeAround(literal(value.slice(at + 1)));
  return name === "" ? encoded : `${literal(name)}=${encoded}`;
}

/** `@path;filename=name;type=image/png`, where path and name may be in quotes. */
function addFilePart(command: CurlCommand, option: string, name: string, content: string): void {
  const [, quoted, plain = "", settings = ""] =
    /^[@<](?:"((?:[^"\\]|\\.)*)"|([^;]*))(.*)$/s.exec(content) ?? [];
  const file = quoted === undefined ? plain.trim() : quoted.replaceAll(/\\(.)/gs, "$1");
  if (file === "" || file === "-" || (quoted === undefined && file.includes(","))) {
    const message = `"${content.slice(0, 60)}" is not one file: the field ${name} is left out`;
    command.left.push({ where: option, message });
    return;
  }
  if (content.startsWith("<")) {
    const message = `the file ${file} is sent as a file; curl sends what it holds as a text`;
    command.left.push({ where: option, message });
  }
  const contentType = /;\s*type=([^;]+)/i.exec(settings)?.[1]?.trim();
  const given = /;\s*filename=(?:"([^"]*)"|([^;]+))/i.exec(settings);
  const shown = given?.[1] ?? given?.[2]?.trim();
  command.parts.push({
    ...{ name: literal(name), value: "", file: fileName(file) },
    ...(shown === undefined ? {} : { fileName: literal(shown) }),
    ...(contentType === undefined ? {} : { contentType }),
  });
}

/** `name=value;type=text/plain`, `name=@file`, `name=<file`. */
function addPart(command: CurlCommand, option: string, value: string): void {
  const at = value.indexOf("=");
  if (at < 1) {
    command.left.push({ where: option, message: `"${value.slice(0, 60)}" is not name=content` });
    return;
  }
  const name = value.slice(0, at);
  const content = value.slice(at + 1);
  if (option === "--form" && /^[@<]/.test(content)) {
    addFilePart(command, option, name, content);
    return;
  }
  const typed = option === "--form" ? /^(.*);\s*type=([^;]+)$/s.exec(content) : null;
  const [, text = content, contentType] = typed ?? [];
  const part = { name: literal(name), value: literal(text.replace(/^"(.*)"$/s, "$1")) };
  command.parts.push(contentType === undefined ? part : { ...part, contentType });
}

type Apply = (command: CurlCommand, value: string, option: string) => void;

const setHeader =
  (name: string): Apply =>
  (command, value) =>
    void command.headers.push({ name, value: literal(value) });

const addData: Apply = (command, value, option) => {
  if (value.startsWith("@")) dataFromFile(command, option, value.slice(1));
  else command.data.push(literal(value));
};

const number = (command: CurlCommand, option: string, value: string): number | undefined => {
  const parsed = Number(value);
  if (value.trim() !== "" && Number.isFinite(parsed)) return parsed;
  command.left.push({ where: option, message: `"${value}" is not a number` });
  return undefined;
};

const options: Record<string, Apply> = {
  url: (command, value) => void command.urls.push(value),
  request: (command, value) => void (command.method = value),
  header: (command, value, option) =>
    value.startsWith("@") ? fromFile(command, option, value) : addHeader(command, value),
  data: addData,
  "data-ascii": addData,
  "data-binary": addData,
  "data-raw": (command, value) => void command.data.push(literal(value)),
  "data-urlencode": (command, value, option) => {
    const file = /^[^=@]*@(.*)$/s.exec(value);
    if (file !== null) fromFile(command, option, `@${file[1] ?? ""}`);
    else command.data.push(urlEncoded(value));
  },
  json: (command, value, option) => {
    command.isJson = true;
    addData(command, value, option);
  },
  form: (command, value, option) => addPart(command, option, value),
  "upload-file": (command, value, option) => uploadFile(command, option, value),
  "form-string": (command, value, option) => addPart(command, option, value),
  "url-query": (command, value) => void command.query.push(urlEncoded(value)),
  get: (command) => void (command.inQuery = true),
  head: (command) => void (command.isHead = true),
  user: (command, value) => void (command.auth = basicAuth(literal(value))),
  "oauth2-bearer": (command, value) => void (command.auth = { bearer: literal(value) }),
  cookie: (command, value, option) => {
    if (value.includes("=")) setHeader("Cookie")(command, value, option);
    else fromFile(command, option, `@${value}`);
  },
  "user-agent": setHeader("User-Agent"),
  referer: (command, value, option) =>
    setHeader("Referer")(command, value.replace(/;auto$/, ""), option),
  compressed: (command) => void (command.isCompressed = true),
  insecure: (command) => void (command.isInsecure = true),
  location: (command) => void (command.follows = true),
  "location-trusted": (command) => void (command.follows = true),
  "max-redirs": (command, value, option) =>
    void (command.maxRedirects = number(command, option, value)),
  "max-time": (command, value, option) =>
    void (command.maxTimeSeconds = number(command, option, value)),
  proxy: (command, value) =>
    void (command.proxy = value.includes("://") ? value : `http://${value}`),
  http2: (command) => void (command.isHttp2 = true),
  "http2-prior-knowledge": (command) => void (command.isHttp2 = true),
  basic: () => {},
};

function applyOption(command: CurlCommand, name: string, value: string): void {
  const apply = options[name];
  if (apply !== undefined) apply(command, value, `--${name}`);
  else if (!concernsOutputOnly(name)) {
    // Without its value, which may be a password.
    command.left.push({ where: `--${name}`, message: "has no counterpart" });
  }
}

/** Reads one word and, where the option wants it, the next; answers how many were taken. */
function readWord(command: CurlCommand, words: readonly string[], at: number): number {
  const word = words[at] ?? "";
  const next = words[at + 1];
  if (word.startsWith("--") && word.length > 2) {
    const [name = "", glued] = word.slice(2).split(/=(.*)/s, 2);
    if (!takesValue(name)) {
      applyOption(command, name, "");
      return 1;
    }
    if (glued === undefined && next === undefined) throw new ImportError(`${word} needs a value`);
    applyOption(command, name, glued ?? next ?? "");
    return glued === undefined ? 2 : 1;
  }
  if (!word.startsWith("-") || word === "-" || word === "--") {
    if (word !== "--") command.urls.push(word);
    return 1;
  }
  // Short options may be joined, and their value may follow at once: -sXPOST.
  for (let i = 1; i < word.length; i++) {
    const short = word[i] ?? "";
    const name = longName(short);
    if (name === undefined) {
      command.left.push({ where: `-${short}`, message: "is no option of curl that is known here" });
      continue;
    }
    if (!takesValue(name)) {
      applyOption(command, name, "");
      continue;
    }
    const glued = word.slice(i + 1);
    if (glued === "" && next === undefined) throw new ImportError(`-${short} needs a value`);
    applyOption(command, name, glued === "" ? (next ?? "") : glued);
    return glued === "" ? 2 : 1;
  }
  return 1;
}

/** curl guesses http:// and takes blanks as they come. */
const fullUrl = (url: string) =>
  literal(/^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`).replaceAll(
    /(\{\{"\{\{"\}\})|\s/g,
    (_all, template?: string) => template ?? "%20",
  );

function withQuery(url: string, pieces: readonly string[]): string {
  if (pieces.length === 0) return url;
  const [address = "", fragment] = url.split(/(#.*)/s, 2);
  const separator = address.includes("?") ? (/[?&]$/.test(address) ? "" : "&") : "?";
  return `${address}${separator}${pieces.join("&")}${fragment ?? ""}`;
}

/** Where the path of a URL ends with a slash, curl adds the name of the file that it puts there. */
function uploadUrl(url: string, { upload }: CurlCommand): string {
  if (upload === undefined) return url;
  const name = encodeURIComponent(upload.split("/").at(-1) ?? "");
  const [path = "", query = ""] = url.split(/([?#].*)/s, 2);
  const isHostOnly = /^[^/]*:\/\/[^/]+$/.test(path);
  if (!isHostOnly && !path.endsWith("/")) return url;
  return `${path}${isHostOnly ? "/" : ""}${name}${query}`;
}

function bodyOf(command: CurlCommand): RequestBody | undefined {
  if (command.upload !== undefined) {
    if (command.data.length + command.parts.length > 0 || command.dataFile !== undefined) {
      const message = "other data are left out: a body is one file";
      command.left.push({ where: "--upload-file", message });
    }
    return { kind: "file", file: fileName(command.upload) };
  }
  if (command.parts.length > 0) return { kind: "multipart", parts: command.parts };
  const { dataFile: file } = command;
  if (file !== undefined && (command.data.length > 0 || command.inQuery)) {
    const message = `the file ${file} is left out: it can only be the whole body`;
    command.left.push({ where: "curl", message });
  } else if (file !== undefined) return { kind: "file", file };
  if (command.data.length === 0 || command.inQuery) return undefined;
  return { kind: "text", text: command.data.join(command.isJson ? "" : "&") };
}

/** The headers curl adds to those it was given. */
function headersOf(command: CurlCommand, body: RequestBody | undefined): FormField[] {
  const given = new Set(command.headers.map(({ name }) => name.toLowerCase()));
  const added: FormField[] = [];
  if (command.isJson) {
    added.push({ name: "Content-Type", value: "application/json" });
    added.push({ name: "Accept", value: "application/json" });
  } else if (body?.kind === "text" || (body?.kind === "file" && command.upload === undefined)) {
    added.push({ name: "Content-Type", value: "application/x-www-form-urlencoded" });
  }
  return [...command.headers, ...added.filter(({ name }) => !given.has(name.toLowerCase()))];
}

function methodOf(command: CurlCommand, body: RequestBody | undefined): string {
  if (command.method !== undefined) return command.method;
  if (command.isHead) return "HEAD";
  if (command.upload !== undefined) return "PUT";
  return body === undefined ? "GET" : "POST";
}

/** Options of the whole scenario: TLS, time limit, HTTP version, proxy and redirects. */
function settingsOf(command: CurlCommand) {
  const http = {
    ...(command.isHttp2 && command.urls.every((url) => /^https:/i.test(url))
      ? { version: "2" as const }
      : {}),
    ...(command.proxy === undefined ? {} : { proxy: command.proxy }),
    // curl follows 50 by default; a scenario at most 20.
    ...(command.follows
      ? { maxRedirects: Math.max(0, Math.min(20, command.maxRedirects ?? 20)) }
      : {}),
  };
  const seconds = command.maxTimeSeconds;
  return {
    ...(Object.keys(http).length > 0 ? { http } : {}),
    ...(command.isInsecure ? { tls: { rejectUnauthorized: false } } : {}),
    ...(seconds !== undefined && seconds > 0
      ? { timeouts: { requestSeconds: Math.min(3_600, Math.round(seconds * 1000) / 1000) } }
      : {}),
  };
}

function checkProxy(command: CurlCommand): void {
  const { proxy } = command;
  if (proxy === undefined || /^http:\/\//i.test(proxy)) return;
  command.left.push({
    where: "--proxy",
    message: `${plainUrl(proxy)}: only http:// proxies are supported`,
  });
  command.proxy = undefined;
}

/** A curl command, as typed or as copied from a browser's developer tools ("Copy as cURL"). */
export function importCurl(text: string): Imported {
  if (/\^\s*\r?\n/.test(text)) {
    throw new ImportError('this is quoted for cmd.exe: use "Copy as cURL (bash)" (POSIX quoting)');
  }
  const { words, rest } = shellWords(text.trim().replace(/^\$\s+/, ""));
  const [program, ...others] = words;
  if (!/(^|[/\\])curl(\.exe)?$/.test(program ?? "")) {
    throw new ImportError(`a command that begins with curl is needed, not "${program ?? ""}"`);
  }
  const command = newCommand();
  for (let at = 0; at < others.length;) {
    if (others[at] === "--next" || others[at] === "-:") {
      command.left.push({ where: "--next", message: "only what stands before it is imported" });
      break;
    }
    at += readWord(command, others, at);
  }
  if (command.urls.length === 0) throw new ImportError("the command has no URL");
  checkProxy(command);
  if (rest !== "") {
    const message = `what follows the command is not imported: ${rest.slice(0, 60)}`;
    command.left.push({ where: "curl", message });
  }
  const body = bodyOf(command);
  const query = [...command.query, ...(command.inQuery ? command.data : [])];
  const requests = command.urls.map((url) => ({
    where: "curl",
    name: "request",
    method: methodOf(command, body),
    url: withQuery(uploadUrl(fullUrl(url), command), query),
    headers: headersOf(command, body),
    auth: command.auth,
    ...(command.isCompressed ? { acceptEncoding: [...acceptEncodings] } : {}),
    body,
  }));
  const steps = toSteps(requests, command.left);
  if (steps.length === 0) throw new ImportError(command.left.map((n) => n.message).join("; "));
  const name = importedName(`curl ${plainUrl(command.urls[0] ?? "")}`, 200);
  return {
    scenario: { name, ...GENTLE_LOAD, ...settingsOf(command), steps },
    left: command.left,
  };
}
