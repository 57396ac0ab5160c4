import type { Operation, RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import { ConnectionPool } from "../connectionPool.ts";
import { httpErrorKind } from "./httpErrors.ts";
import { defaultHeaders, type HttpRequest, type HttpTransport } from "./httpRequest.ts";
import { RawConnection, type RawOrigin, type RawRequest } from "./rawConnection.ts";

const CONNECT_TIMEOUT_MS = 30_000;
const READ_BUFFER_BYTES = 65_536;

/** Latin-1, as header values are sent (RFC 9110, 5.5). */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The bytes of a request, the same for every time it is sent. */
export function requestBytes(request: HttpRequest): Uint8Array {
  const url = new URL(request.url);
  const headers = defaultHeaders(request);
  const has = (name: string) => headers.some(([known]) => known.toLowerCase() === name);
  const lines = [`${request.method} ${url.pathname}${url.search} HTTP/1.1`];
  if (!has("host")) lines.push(`host: ${url.host}`);
  if (!has("connection")) lines.push("connection: keep-alive");
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  const { body, method } = request;
  const expectsBody = method === "POST" || method === "PUT" || method === "PATCH";
  if ((body !== null || expectsBody) && !has("content-length")) {
    lines.push(`content-length: ${body?.length ?? 0}`);
  }
  const head = latin1(`${lines.join("\r\n")}\r\n\r\n`);
  const bytes = new Uint8Array(head.length + (body?.length ?? 0));
  bytes.set(head);
  if (body !== null) bytes.set(body, head.length);
  return bytes;
}

class Origin implements RawOrigin {
  readonly url: URL;
  readonly clock: RunClock;
  readonly rejectUnauthorized: boolean;
  readonly connectTimeoutMs = CONNECT_TIMEOUT_MS;
  readonly readBuffer: Uint8Array;
  readonly pool: ConnectionPool<RawRequest>;

  constructor(url: URL, clock: RunClock, rejectUnauthorized: boolean, readBuffer: Uint8Array) {
    this.url = url;
    this.clock = clock;
    this.rejectUnauthorized = rejectUnauthorized;
    this.readBuffer = readBuffer;
    this.pool = new ConnectionPool({
      clock,
      create: () => new RawConnection(this),
      errorKind: httpErrorKind,
    });
  }

  idle(connection: RawConnection): void {
    this.pool.idle(connection);
  }

  gone(connection: RawConnection): void {
    this.pool.remove(connection);
  }
}

/** HTTP/1.1 over plain sockets: the fastest way to send prepared requests. */
export class RawTransport implements HttpTransport {
  readonly #clock: RunClock;
  readonly #rejectUnauthorized: boolean;
  readonly #origins = new Map<string, Origin>();
  readonly #readBuffer = new Uint8Array(READ_BUFFER_BYTES);

  constructor(clock: RunClock, rejectUnauthorized: boolean) {
    this.#clock = clock;
    this.#rejectUnauthorized = rejectUnauthorized;
  }

  get connections(): number {
    let sum = 0;
    for (const origin of this.#origins.values()) sum += origin.pool.size;
    return sum;
  }

  operation(request: HttpRequest): Operation {
    const { pool } = this.#origin(new URL(request.url));
    const raw: RawRequest = { bytes: requestBytes(request), isHead: request.method === "HEAD" };
    return {
      perform(slot: Slot, done: (slot: Slot) => void): void {
        pool.request(slot, raw, done);
      },
    };
  }

  async warmUp(connections: number): Promise<void> {
    await Promise.all([...this.#origins.values()].map((origin) => origin.pool.warmUp(connections)));
  }

  close(): void {
    for (const origin of this.#origins.values()) origin.pool.close();
  }

  #origin(url: URL): Origin {
    let known = this.#origins.get(url.origin);
    if (known === undefined) {
      known = new Origin(
        new URL(url.origin),
        this.#clock,
        this.#rejectUnauthorized,
        this.#readBuffer,
      );
      this.#origins.set(url.origin, known);
    }
    return known;
  }
}
