import type { ServerResponse } from "node:http";

/** A ready response. Headers are Node's flat list, so that a request builds none. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  /** A string: Node then sends head and body in one write. */
  readonly body: string;
}

export function jsonAnswer(status: number, value: unknown): Answer {
  return textAnswer(status, "application/json", JSON.stringify(value));
}

/** RFC 9457 problem details. `detail` says what to do about it. */
export function problemAnswer(status: number, title: string, detail: string): Answer {
  const body = JSON.stringify({ type: "about:blank", title, status, detail });
  return textAnswer(status, "application/problem+json", body);
}

export function textAnswer(status: number, contentType: string, body: string): Answer {
  const length = String(Buffer.byteLength(body));
  return { status, headers: ["Content-Type", contentType, "Content-Length", length], body };
}

/** For statuses that carry no body (204, 304). */
export function emptyAnswer(status: number): Answer {
  return { status, headers: [], body: "" };
}

/** Does nothing when the client has left. */
export function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, answer.headers as string[]);
  response.end(answer.body);
}

export function methodNotAllowed(allowed: string): Answer {
  const answer = problemAnswer(405, "Method Not Allowed", `Use ${allowed}.`);
  return { ...answer, headers: [...answer.headers, "Allow", allowed] };
}
