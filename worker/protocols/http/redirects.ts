import type { RenderedRequest } from "./renderedRequest.ts";

/** Statuses that say where to go instead (RFC 9110, 15.4); 300 and 304 do not. */
const redirecting = new Set([301, 302, 303, 307, 308]);
/** Longer ones are no URLs of ours (`urlSchema`). */
const MAX_LOCATION = 8_192;

const credentialHeaders = new Set(["authorization", "cookie", "proxy-authorization", "host"]);
const isBodyHeader = (name: string) => name.startsWith("content-");

/** Where an answer redirects to, as it says it; empty when it does not. */
export function redirectLocation(status: number, header: string | string[] | undefined): string {
  if (!redirecting.has(status)) return "";
  return (Array.isArray(header) ? header[0] : header) ?? "";
}

/** The URL that `location` means when `from` answers with it; undefined when it means none. */
export function redirectTarget(from: string, location: string): URL | undefined {
  if (location.length > MAX_LOCATION || !URL.canParse(location, from)) return undefined;
  const url = new URL(location, from);
  // Credentials in it would be the target's choice of what to tell somebody else.
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}

/** Browsers turn these into GET (RFC 9110, 15.4.2 to 15.4.4); the others keep method and body. */
function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

/** The request that follows `request` when it was answered with `status` and sent to `to`. */
export function redirectedRequest(
  request: RenderedRequest,
  status: number,
  to: URL,
): RenderedRequest {
  const isGet = becomesGet(status, request.method);
  const isElsewhere = to.origin !== new URL(request.url).origin;
  const headers = Object.entries(request.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    return !(isElsewhere && credentialHeaders.has(lower)) && !(isGet && isBodyHeader(lower));
  });
  return {
    ...request,
    method: isGet ? "GET" : request.method,
    url: to.href,
    headers: Object.fromEntries(headers),
    body: isGet ? null : request.body,
  };
}
