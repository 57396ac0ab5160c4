import { GENTLE_LOAD, type Imported, ImportError, type Note } from "./imported.ts";
import { importedName } from "./importedName.ts";
import { listOf, objectOf, objectsOf, type Raw, scalarOf, textOf } from "./raw.ts";
import { literal, toSteps } from "./requestStep.ts";
import { HAR_DEFAULTS, type HarOptions } from "./sourceKinds.ts";
import type {
  FormField,
  FormPart,
  RequestBody,
  SourceGroup,
  SourceRequest,
} from "./sourceRequest.ts";

/** HTTP Archive 1.2, as browsers and proxies export it. */

/** A session's own, the browser's cache, and what a browser says of itself on each request. */
const droppedHeaders =
  /^(cookie|host|content-length|connection|if-none-match|if-modified-since|cache-control|pragma|priority|dnt|upgrade-insecure-requests|sec-.*|:.*)$/i;

/** Chrome tells the type; for others it is worked out from the answer. */
function typeOf(entry: Raw): string {
  const told = textOf(entry["_resourceType"]);
  if (told !== undefined && told !== "") return told.toLowerCase();
  const response = objectOf(entry["response"]);
  const mime = (textOf(objectOf(response["content"])["mimeType"]) ?? "").toLowerCase();
  if (mime.startsWith("image/")) return "image";
  if (mime.includes("javascript")) return "script";
  if (mime.startsWith("text/css")) return "stylesheet";
  if (/^font\/|font-/.test(mime)) return "font";
  if (/^(audio|video)\//.test(mime)) return "media";
  return mime.startsWith("text/html") ? "document" : "xhr";
}

function fieldsOf(list: unknown): FormField[] {
  return objectsOf(list).flatMap((raw) => {
    const name = scalarOf(raw["name"]);
    if (name === undefined) return [];
    return [{ name: literal(name), value: literal(scalarOf(raw["value"]) ?? "") }];
  });
}

function partsOf(list: unknown): FormPart[] {
  return objectsOf(list).flatMap((raw) => {
    const [field] = fieldsOf([raw]);
    if (field === undefined) return [];
    const fileName = textOf(raw["fileName"]);
    const contentType = textOf(raw["contentType"]);
    return [
      {
        ...field,
        ...(fileName === undefined ? {} : { fileName }),
        ...(contentType === undefined ? {} : { contentType }),
      },
    ];
  });
}

function bodyOf(postData: Raw, where: string, left: Note[]): RequestBody | undefined {
  const text = textOf(postData["text"]);
  const mime = (textOf(postData["mimeType"]) ?? "").toLowerCase();
  const params = listOf(postData["params"]);
  if (text !== undefined && text !== "") {
    if (postData["encoding"] !== "base64") return { kind: "text", text: literal(text) };
    left.push({ where, message: "its body is binary (base64) and is left out" });
    return undefined;
  }
  if (params.length === 0) return undefined;
  return mime.startsWith("multipart/")
    ? { kind: "multipart", parts: partsOf(params) }
    : { kind: "form", fields: fieldsOf(params) };
}

const addressOf = (url: string) => (URL.canParse(url) ? new URL(url) : undefined);

function nameOf(method: string, url: URL): string {
  const path = url.pathname.length > 80 ? `${url.pathname.slice(0, 77)}...` : url.pathname;
  return `${method} ${path}`;
}

const isHostWanted = (host: string, hosts: readonly string[]) =>
  hosts.length === 0 || hosts.some((wanted) => host === wanted || host.endsWith(`.${wanted}`));

/** Counts what is left out, so that a thousand images make one note. */
class Skipped {
  readonly #counts = new Map<string, number>();

  add(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }
  notes(): Note[] {
    return [...this.#counts].map(([reason, count]) => ({
      where: "log.entries",
      message: `${count} left out: ${reason}`,
    }));
  }
}

function reasonToSkip(entry: Raw, url: URL | undefined, options: HarOptions): string | undefined {
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return `no HTTP request (${url?.protocol ?? "no URL"})`;
  }
  const type = typeOf(entry);
  if (type === "preflight") return "the browser's own CORS preflights";
  if (!options.types.includes("all") && !options.types.includes(type)) {
    return `of type ${type} (--har-types ${type} takes them)`;
  }
  return isHostWanted(url.hostname, options.hosts) ? undefined : `to ${url.hostname}`;
}

function toRequest(entry: Raw, url: URL, where: string, dropped: Skipped, left: Note[]) {
  const raw = objectOf(entry["request"]);
  const method = (textOf(raw["method"]) ?? "GET").toUpperCase();
  const postData = objectOf(raw["postData"]);
  const headers = fieldsOf(raw["headers"]).filter(({ name }) => {
    if (!droppedHeaders.test(name)) return true;
    if (/^(cookie|if-none-match|if-modified-since)$/i.test(name)) {
      dropped.add(`header ${name}, which belongs to the recorded session`);
    }
    return false;
  });
  const mime = textOf(postData["mimeType"]);
  const hasType = headers.some(({ name }) => name.toLowerCase() === "content-type");
  if (!hasType && mime !== undefined && mime !== "")
    headers.push({ name: "Content-Type", value: mime });
  const request: SourceRequest = {
    where,
    name: nameOf(method, url),
    method,
    url: literal(url.href.replace(/#.*$/s, "")),
    headers,
    body: bodyOf(postData, where, left),
  };
  return request;
}

/** Seconds from the end of an entry to the beginning of the next one; overlaps are none. */
function pauseAfter(entry: Raw, next: Raw | undefined): number | undefined {
  const start = Date.parse(textOf(next?.["startedDateTime"]) ?? "");
  const end = Date.parse(textOf(entry["startedDateTime"]) ?? "") + Number(entry["time"] ?? 0);
  const seconds = Math.round(start - end) / 1000;
  return seconds > 0 ? Math.min(3_600, seconds) : undefined;
}

/** The page of each entry, where the recording has several. */
function pageGroups(log: Raw, chosen: readonly Raw[]): (readonly SourceGroup[] | undefined)[] {
  const pages = new Map(
    objectsOf(log["pages"]).map((page): [unknown, SourceGroup] => {
      const name = textOf(page["title"])?.trim() || (textOf(page["id"]) ?? "page");
      return [page["id"], { name }];
    }),
  );
  const groups = chosen.map((entry) => pages.get(entry["pageref"]));
  return new Set(groups).size < 2
    ? groups.map(() => undefined)
    : groups.map((group) => (group === undefined ? undefined : [group]));
}

const byStart = (a: Raw, b: Raw) =>
  Date.parse(textOf(a["startedDateTime"]) ?? "") - Date.parse(textOf(b["startedDateTime"]) ?? "") ||
  0;

/** A recording as one iteration: its requests in the order they began. */
export function importHar(document: unknown, options: HarOptions = HAR_DEFAULTS): Imported {
  const log = objectOf(objectOf(document)["log"]);
  if (!Array.isArray(log["entries"])) throw new ImportError("not a HAR: log.entries is missing");
  const left: Note[] = [];
  const skipped = new Skipped();
  const chosen: Raw[] = [];
  const requests: SourceRequest[] = [];
  for (const entry of objectsOf(log["entries"]).sort(byStart)) {
    const url = addressOf(textOf(objectOf(entry["request"])["url"]) ?? "");
    const reason = reasonToSkip(entry, url, options);
    if (reason !== undefined || url === undefined) {
      skipped.add(reason ?? "no URL");
      continue;
    }
    const where = `log.entries (${url.pathname.slice(0, 60)})`;
    requests.push(toRequest(entry, url, where, skipped, left));
    chosen.push(entry);
  }
  left.push(...skipped.notes());
  const groups = pageGroups(log, chosen);
  const placed = requests.map((request, i): SourceRequest => {
    const pause = pauseAfter(chosen[i] ?? {}, chosen[i + 1]);
    return {
      ...request,
      groups: groups[i],
      ...(options.thinkTimes && pause !== undefined ? { thinkTimeSeconds: pause } : {}),
    };
  });
  const steps = toSteps(placed, left);
  if (steps.length === 0) {
    const reasons = left.map(({ message }) => message).join("; ");
    throw new ImportError(`no request is left to import: ${reasons || "the HAR is empty"}`);
  }
  const title = textOf(objectsOf(log["pages"])[0]?.["title"])?.trim();
  const first = textOf(objectOf(chosen[0]?.["request"])["url"]);
  const name = importedName(title || (first ?? "HAR"), 200);
  return { scenario: { name, ...GENTLE_LOAD, steps }, left };
}
