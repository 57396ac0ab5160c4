import type { Operation, RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import { ConnectionPool } from "../connectionPool.ts";
import { httpErrorKind } from "./httpErrors.ts";
import {
  defaultHeaders,
  type HttpRequest,
  type HttpTransport,
  type TransportOptions,
} from "./httpRequest.ts";
import { HeadCache } from "./headCache.ts";
import { OriginPools } from "./originPools.ts";
import { RawConnection, type RawOrigin, type RawRequest } from "./rawConnection.ts";

const CONNECT_TIMEOUT_MS = 30_000;
const READ_BUFFER_BYTES = 65_536;

/** Latin-1, as header values are sent (RFC 9110, 5.5). */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The bytes of a request, the same for every time it is sent. */
export function requestBytes(request: HttpRequest): Buffer {
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
  // A socket takes a Buffer as it is, and wraps any other Uint8Array anew for each write.
  const bytes = Buffer.alloc(head.length + (body?.length ?? 0));
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

  constructor(url: URL, clock: RunClock, options: TransportOptions, readBuffer: Uint8Array) {
    this.url = url;
    this.clock = clock;
    this.rejectUnauthorized = options.rejectUnauthorized;
    this.readBuffer = readBuffer;
    this.pool = new ConnectionPool({
      clock,
      limits: options.limits,
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
  readonly #pools: OriginPools<RawRequest>;

  constructor(clock: RunClock, options: TransportOptions) {
    const readBuffer = new Uint8Array(READ_BUFFER_BYTES);
    this.#pools = new OriginPools((url) => new Origin(url, clock, options, readBuffer).pool);
  }

  get connections(): number {
    return this.#pools.connections;
  }

  operation(request: HttpRequest): Operation {
    const pool = this.#pools.of(request.url);
    const raw: RawRequest = {
      bytes: requestBytes(request),
      isHead: request.method === "HEAD",
      heads: new HeadCache(),
    };
    return {
      perform(slot: Slot, done: (slot: Slot) => void): void {
        pool.request(slot, raw, done);
      },
    };
  }

  warmUp(connections: number): Promise<void> {
    return this.#pools.warmUp(connections);
  }

  leave(slot: Slot): void {
    this.#pools.leave(slot);
  }

  close(): void {
    this.#pools.close();
  }
}
