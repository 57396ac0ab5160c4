import { renderText, type Text } from "@onrush/shared/template/compileTemplate.ts";
import type { Operation, RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import { buildConnector } from "undici";
import { ConnectionPool } from "../connectionPool.ts";
import { httpErrorKind } from "./httpErrors.ts";
import {
  defaultHeaders,
  type HttpRequest,
  type HttpTransport,
  type TransportOptions,
} from "./httpRequest.ts";
import { OriginPools } from "./originPools.ts";
import { type ConnectionOwner, UndiciConnection, type UndiciRequest } from "./undiciConnection.ts";

const CONNECT_TIMEOUT_MS = 30_000;

/** The pool of one origin, and what its connections share. */
class Origin implements ConnectionOwner {
  readonly origin: string;
  readonly clock: RunClock;
  readonly connector: buildConnector.connector;
  readonly pool: ConnectionPool<UndiciRequest>;

  constructor(origin: string, clock: RunClock, options: TransportOptions) {
    this.origin = origin;
    this.clock = clock;
    const timeout = CONNECT_TIMEOUT_MS;
    const { rejectUnauthorized } = options;
    this.connector = buildConnector({ allowH2: false, timeout, rejectUnauthorized, noDelay: true });
    this.pool = new ConnectionPool({
      clock,
      limits: options.limits,
      create: () => new UndiciConnection(this),
      errorKind: httpErrorKind,
    });
  }

  idle(connection: UndiciConnection): void {
    this.pool.idle(connection);
  }
}

/** HTTP/1.1 through undici's dispatch, the lowest of its interfaces. */
export class UndiciTransport implements HttpTransport {
  readonly #pools: OriginPools<UndiciRequest>;

  constructor(clock: RunClock, options: TransportOptions) {
    this.#pools = new OriginPools((url) => new Origin(url.origin, clock, options).pool);
  }

  get connections(): number {
    return this.#pools.connections;
  }

  operation(request: HttpRequest): Operation {
    const url = new URL(request.url);
    const pool = this.#pools.of(request.url);
    const headers = defaultHeaders(request).flat();
    const path = request.path ?? url.pathname + url.search;
    const { method, body } = request;
    const optionsFor = (value: (part: Text) => string) => ({
      method,
      path: value(path),
      headers: headers.map(value),
      body: body === null || body instanceof Uint8Array ? body : value(body),
      // undici would close the connection after each HEAD otherwise.
      reset: false,
    });
    const isFixed = (part: Text | Uint8Array | null) =>
      part === null || typeof part === "string" || part instanceof Uint8Array;
    const undiciRequest: UndiciRequest = {
      options: [path, body, ...headers].every(isFixed)
        ? optionsFor(String)
        : (slot) => optionsFor((part) => renderText(part, slot)),
      inspection: request.inspection ?? null,
    };
    return {
      perform(slot: Slot, done: (slot: Slot) => void): void {
        pool.request(slot, undiciRequest, done);
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
