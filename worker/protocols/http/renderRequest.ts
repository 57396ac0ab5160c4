import type { Render, Text } from "@onrush/shared/template/compileTemplate.ts";
import { joinParts } from "@onrush/shared/template/compileTemplate.ts";
import type { Slot } from "../../engine/slot.ts";
import { defaultHeaders, type HttpRequest } from "./httpRequest.ts";

/** Latin-1, as header values are sent (RFC 9110, 5.5). */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The head's lines as parts, without the empty line; `isSized` leaves the length to the caller. */
function headParts(request: HttpRequest): { parts: Text[]; needsLength: boolean } {
  const url = new URL(request.url);
  const headers = defaultHeaders(request);
  const has = (name: string) => headers.some(([known]) => known.toLowerCase() === name);
  const parts: Text[] = [`${request.method} `];
  parts.push(request.path ?? `${url.pathname}${url.search}`, " HTTP/1.1\r\n");
  if (!has("host")) parts.push(`host: ${url.host}\r\n`);
  if (!has("connection")) parts.push("connection: keep-alive\r\n");
  for (const [name, value] of headers) parts.push(`${name}: `, value, "\r\n");
  const { body, method } = request;
  const expectsBody = method === "POST" || method === "PUT" || method === "PATCH";
  return { parts, needsLength: (body !== null || expectsBody) && !has("content-length") };
}

function joinBytes(head: string, body: Uint8Array | null): Uint8Array {
  const bytes = new Uint8Array(head.length + (body?.length ?? 0));
  bytes.set(latin1(head));
  if (body !== null) bytes.set(body, head.length);
  return bytes;
}

/**
 * A request as the wire wants it: bytes when it is the same every time. Otherwise a function that
 * gives a string to be written as Latin-1, which the socket does without a buffer of ours, or
 * bytes when its body has more than ASCII.
 */
export type WireRequest = Uint8Array | ((slot: Slot) => string | Uint8Array);

export function wireRequest(request: HttpRequest): WireRequest {
  const { body } = request;
  const { parts, needsLength } = headParts(request);
  if (typeof body === "function") {
    return withBody(
      joinParts([...parts, needsLength ? "content-length: " : ""]),
      needsLength,
      body,
    );
  }
  if (needsLength) parts.push(`content-length: ${body?.length ?? 0}\r\n`);
  const head = joinParts([...parts, "\r\n"]);
  if (typeof head === "string") return joinBytes(head, body);
  if (body === null) return head;
  const text = Buffer.from(body).toString("latin1");
  return (slot) => head(slot) + text;
}

function withBody(head: Text, needsLength: boolean, body: Render) {
  const begin = typeof head === "string" ? () => head : head;
  return (slot: Slot): string | Uint8Array => {
    const text = body(slot);
    const length = Buffer.byteLength(text);
    const whole = begin(slot) + (needsLength ? `${length}\r\n\r\n` : "\r\n");
    if (length === text.length) return whole + text;
    return joinBytes(whole, Buffer.from(text));
  };
}
