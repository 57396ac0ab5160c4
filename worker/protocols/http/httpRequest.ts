import type { HttpOptions } from "@onrush/shared/scenario/httpOptions.ts";
import type { Template, Text } from "@onrush/shared/template/compileTemplate.ts";
import type { Render, Subject } from "@onrush/shared/template/render.ts";
import type { Operation } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import type { PoolLimits } from "../connectionPool.ts";
import type { Encode } from "./contentCoding.ts";
import type { Inspection } from "./responseCapture.ts";

/** However a transport connects. */
export const CONNECT_TIMEOUT_MS = 30_000;

/** Literals with a value between each two of them, as templates have; files among them are bytes. */
export interface BodyTemplate {
  readonly literals: readonly (string | Uint8Array)[];
  readonly values: readonly Render[];
  /** What is done with the bytes of each body before it is sent: its content coding. */
  readonly encode?: Encode | undefined;
}

/** The bytes of a body for one subject. */
export function renderBody(template: BodyTemplate, subject: Subject): Uint8Array {
  const { literals, values, encode } = template;
  const parts = literals.flatMap((literal, i) => {
    const value = values[i];
    return value === undefined ? [literal] : [literal, value(subject)];
  });
  const bytes = Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)),
  );
  return encode === undefined ? bytes : encode(bytes);
}

/** A request as a step describes it, ready to be compiled by a transport. */
export interface HttpRequest {
  method: string;
  /** Scheme and host, and path and query unless `path` says otherwise. */
  url: string;
  /** Path and query, rendered for each request. */
  path?: Template;
  headers: Readonly<Record<string, Text>>;
  body: Uint8Array | BodyTemplate | null;
  /** Who looks at the answers, if anybody does. */
  inspection?: Inspection | null;
}

/** One way to carry HTTP requests; all give the same outcomes (see the conformance suite). */
export interface HttpTransport {
  readonly connections: number;
  operation(request: HttpRequest): Operation;
  /** Opens connections ahead, to every origin that has operations. */
  warmUp(connections: number): Promise<void>;
  /** The user on `slot` is gone: what it had of its own is closed. */
  leave(slot: Slot): void;
  close(): void;
}

/** What a transport needs to know beside the requests. */
export interface TransportOptions {
  rejectUnauthorized: boolean;
  limits: PoolLimits;
  /** What is not said is plain HTTP/1.1. */
  http?: HttpOptions;
  /** Told of every request when it is sent; nobody is on the way of a run. */
  sent?: SentWatch | undefined;
}

/** A request as it goes over the wire. */
export interface SentRequest {
  method: string;
  /** Path and query, or what else stands for them. */
  target: string;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

export type SentWatch = (slot: Slot, sent: SentRequest) => void;

/** The request's headers and those that every request has unless it names them. */
export function defaultHeaders(request: HttpRequest): [string, Text][] {
  const headers = Object.entries(request.headers);
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  if (!names.has("user-agent")) headers.push(["user-agent", "onrush"]);
  if (!names.has("accept")) headers.push(["accept", "*/*"]);
  return headers;
}
