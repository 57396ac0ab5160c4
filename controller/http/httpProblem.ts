import { STATUS_CODES } from "node:http";
import type { ProblemDocument } from "@onrush/shared/api/problem.ts";
import type { Problem } from "@onrush/shared/scenario/problems.ts";

export const PROBLEM_TYPE = "application/problem+json";

/** How many fields at fault one answer lists; more are counted in `detail`. */
const MAX_LISTED = 100;

/** Stable names of the kinds of problem, by status. */
const names: Record<number, string> = {
  400: "invalid-request",
  403: "forbidden",
  404: "not-found",
  405: "method-not-allowed",
  408: "request-timeout",
  409: "conflict",
  413: "body-too-large",
  415: "unsupported-media-type",
  426: "upgrade-required",
  429: "too-many-requests",
  431: "headers-too-large",
  500: "internal-error",
  503: "not-ready",
  507: "storage-full",
};

/** Thrown by handlers: becomes an RFC 9457 answer. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly errors: readonly Problem[];
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    detail: string,
    errors: readonly Problem[] = [],
    headers: Record<string, string> = {},
  ) {
    super(detail);
    this.name = "HttpProblem";
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  document(): ProblemDocument {
    const { status, errors } = this;
    const left = errors.length - MAX_LISTED;
    return {
      type: `urn:onrush:problem:${names[status] ?? "error"}`,
      title: STATUS_CODES[status] ?? "Error",
      status,
      detail: left > 0 ? `${this.message} ${left} more problems are not listed.` : this.message,
      ...(errors.length === 0 ? {} : { errors: errors.slice(0, MAX_LISTED) }),
    };
  }
}

export function badRequest(detail: string, errors: readonly Problem[] = []): HttpProblem {
  return new HttpProblem(400, detail, errors);
}

export function notFound(what: string, id: string): HttpProblem {
  return new HttpProblem(404, `There is no ${what} with the id "${id.slice(0, 100)}".`);
}

export function conflict(detail: string): HttpProblem {
  return new HttpProblem(409, detail);
}

/** A whole HTTP answer as text, for sockets that no request object belongs to. */
export function rawProblem(problem: HttpProblem): string {
  const body = JSON.stringify(problem.document());
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? "Error"}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "X-Content-Type-Options: nosniff",
    "Connection: close",
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
