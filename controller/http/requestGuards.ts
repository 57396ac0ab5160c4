import type { IncomingHttpHeaders } from "node:http";
import { badRequest, HttpProblem } from "./httpProblem.ts";

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i;
const MAX_USER_ID = 200;

const hostName = (host: string) =>
  /^(\[[0-9a-f:.]+\]|[^:/@?#\s]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();

/**
 * Which Host headers to answer. A server on loopback answers only to loopback names and its own:
 * otherwise a web page could reach it through a name it lets resolve to 127.0.0.1.
 */
export function hostRule(boundHost: string): (host: string | undefined) => boolean {
  if (!loopback.test(boundHost)) return () => true;
  const allowed = new Set(["localhost", "127.0.0.1", "[::1]", boundHost.toLowerCase()]);
  // HTTP/1.0 knows no Host header, and browsers do not speak it.
  return (host) => host === undefined || allowed.has(hostName(host) ?? "");
}

/** True unless a browser says that the request comes from a page of another host. */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (host === undefined || !URL.canParse(origin)) return false;
  const from = new URL(origin);
  const own = `${from.protocol}//${host}`;
  return URL.canParse(own) && from.host !== "" && new URL(own).host === from.host;
}

/** Throws the problem with where a request comes from or goes to, if any. */
export function checkRequest(
  request: { method?: string | undefined; httpVersion: string; headers: IncomingHttpHeaders },
  allowsHost: (host: string | undefined) => boolean,
): void {
  const { method = "GET", headers, httpVersion } = request;
  if (headers.host === undefined && httpVersion !== "1.0") {
    throw badRequest("A Host header is needed.");
  }
  if (!allowsHost(headers.host)) {
    throw new HttpProblem(403, "This Host is not served here; use localhost or set HOST.");
  }
  if (method !== "GET" && method !== "HEAD" && !isSameOrigin(headers)) {
    throw new HttpProblem(403, "Pages of other origins may not change anything here.");
  }
}

/** Who asks, while there is no authentication. */
export function ownerIdOf(headers: IncomingHttpHeaders): string {
  const value = headers["x-user-id"];
  if (value === undefined || value === "") return "anonymous";
  const ownerId = Array.isArray(value) ? value.join(", ") : value;
  if (ownerId.length <= MAX_USER_ID) return ownerId;
  const message = `at most ${MAX_USER_ID} characters`;
  throw badRequest("The headers are not valid.", [{ path: "X-User-Id", message }]);
}

/** Lets the dashboard and Swagger UI work (both inject styles) and nothing from elsewhere. */
export const securityHeaders: Record<string, string> = {
  "Content-Security-Policy": [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};
