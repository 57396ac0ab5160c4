import { plainUrl } from "@onrush/shared/format/plainUrl.ts";
import { MAX_STEPS } from "@onrush/shared/scenario/limits.ts";
import { type StepInput, stepSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import { bodyFields, toFields } from "./bodies.ts";
import type { ImportedElement, Note } from "./imported.ts";
import { nestSteps, uniqueName } from "./nestSteps.ts";
import type { Credentials, FormField, SourceRequest } from "./sourceRequest.ts";

/** Text that is to be sent as it stands, also where it looks like a template or a variable. */
export const literal = (text: string) =>
  text.replaceAll("${", () => "$${").replaceAll("{{", '{{"{{"}}');

/** The transport's business; a scenario that sets them is refused, or sends them twice. */
const transportHeaders = new Set([
  ...["content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection"],
  ...["te", "trailer", "upgrade", "http2-settings"],
]);

const methods = stepSchema.shape.method.unwrap().options;

/** Templates hold blanks and quotes that a URL parser would encode: leave them out of it. */
const isUsableUrl = (url: string) => stepSchema.shape.url.safeParse(url).success;

/** `user:password` as a text; a password may have colons. */
export function basicAuth(credentials: string): Credentials {
  const at = credentials.indexOf(":");
  const user = at < 0 ? credentials : credentials.slice(0, at);
  return { basic: { user, password: at < 0 ? "" : credentials.slice(at + 1) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Credentials in front of the host are sent as `auth`. */
function withoutUserInfo(request: SourceRequest): SourceRequest {
  const match = /^(https?:\/\/)([^/?#@]+)@(.*)$/is.exec(request.url);
  if (match === null) return request;
  const [, scheme = "", userInfo = "", rest = ""] = match;
  return { ...request, url: scheme + rest, auth: request.auth ?? basicAuth(decoded(userInfo)) };
}

/** One value per name: later ones are joined as RFC 9110 allows; cookies with a semicolon. */
function toHeaders(request: SourceRequest, left: Note[]): Record<string, string> {
  const headers = new Map<string, FormField>();
  for (const { name, value } of request.headers) {
    const key = name.toLowerCase();
    if (transportHeaders.has(key) || name.startsWith(":")) continue;
    const one = stepSchema.shape.headers.safeParse({ [name]: value });
    if (!one.success) {
      const where = `${request.where} header ${name}`;
      left.push({ where, message: one.error.issues[0]?.message ?? "not a possible header" });
      continue;
    }
    const earlier = headers.get(key);
    const separator = key === "cookie" ? "; " : ", ";
    headers.set(key, {
      name: earlier?.name ?? name,
      value: earlier === undefined ? value : earlier.value + separator + value,
    });
  }
  return Object.fromEntries([...headers.values()].map(({ name, value }) => [name, value]));
}

const isFormType = (type: string | undefined) =>
  type !== undefined && /^application\/x-www-form-urlencoded\b/i.test(type);

/** The body of a request, whose `Content-Type` header goes where the body brings its own. */
function placeBody(
  request: SourceRequest,
  headers: Record<string, string>,
  left: Note[],
): Partial<StepInput> {
  const { body, where } = request;
  const method = request.method.toUpperCase();
  if (body === undefined) return {};
  if (method === "GET" || method === "HEAD") {
    left.push({ where, message: `the body of a ${method} request is not sent` });
    return {};
  }
  const name = Object.keys(headers).find((one) => one.toLowerCase() === "content-type");
  const contentType = name === undefined ? undefined : headers[name];
  const bringsType = body.kind === "multipart" || (body.kind === "form" && isFormType(contentType));
  if (name !== undefined && bringsType) delete headers[name];
  return bodyFields(body, contentType);
}

/** What is sent beside method, URL and body; a header of the same meaning wins. */
function placeFields(request: SourceRequest, headers: Record<string, string>): Partial<StepInput> {
  const { query = [], auth, acceptEncoding, tags, checks, thinkTimeSeconds } = request;
  const has = (wanted: string) =>
    Object.keys(headers).some((name) => name.toLowerCase() === wanted);
  return {
    ...(query.length === 0 ? {} : { query: toFields(query) }),
    ...(auth === undefined || has("authorization") ? {} : { auth }),
    ...(acceptEncoding === undefined || has("accept-encoding") ? {} : { acceptEncoding }),
    ...(tags === undefined ? {} : { tags }),
    ...(checks === undefined || checks.length === 0 ? {} : { checks }),
    ...(thinkTimeSeconds === undefined ? {} : { thinkTimeSeconds }),
  };
}

/** The step of a request, or undefined with a note when there can be none. */
function toStep(source: SourceRequest, left: Note[]): StepInput | undefined {
  const request = withoutUserInfo(source);
  const refuse = (message: string) => void left.push({ where: request.where, message });
  const method = methods.find((one) => one === request.method.toUpperCase());
  if (method === undefined) return refuse(`no step: method ${request.method} is not supported`);
  if (!isUsableUrl(request.url))
    return refuse(`no step: "${plainUrl(request.url)}" is not a full HTTP URL`);
  const headers = toHeaders(request, left);
  const fields = placeFields(request, headers);
  const body = placeBody(request, headers, left);
  return {
    ...{ name: request.name, protocol: "http", method, url: request.url },
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...fields,
    ...body,
  };
}

/** The steps of requests, in their order and groups; what cannot be one is told in `left`. */
export function toSteps(requests: readonly SourceRequest[], left: Note[]): ImportedElement[] {
  const used = new Set<string>();
  const made = requests.flatMap((request) => {
    const step = toStep(request, left);
    if (step === undefined) return [];
    return [{ request, step: { ...step, name: uniqueName(step.name, used) } }];
  });
  for (const { step } of made.slice(MAX_STEPS)) {
    left.push({ where: step.name, message: `no step: a scenario has at most ${MAX_STEPS}` });
  }
  return nestSteps(made.slice(0, MAX_STEPS));
}
