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
import { type ConnectionOwner, type RequestOptions, UndiciConnection } from "./undiciConnection.ts";

const CONNECT_TIMEOUT_MS = 30_000;

/** The pool of one origin, and what its connections share. */
class Origin implements ConnectionOwner {
  readonly origin: string;
  readonly clock: RunClock;
  readonly connector: buildConnector.connector;
  readonly pool: ConnectionPool<RequestOptions>;

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
  readonly #pools: OriginPools<RequestOptions>;

  constructor(clock: RunClock, options: TransportOptions) {
    this.#pools = new OriginPools((url) => new Origin(url.origin, clock, options).pool);
  }

  get connections(): number {
    return this.#pools.connections;
  }

  operation(request: HttpRequest): Operation {
    const url = new URL(request.url);
    const pool = this.#pools.of(request.url);
    const options: RequestOptions = {
      method: request.method,
      path: url.pathname + url.search,
      headers: defaultHeaders(request).flat(),
      body: request.body,
      // undici would close the connection after each HEAD otherwise.
      reset: false,
    };
    return {
      perform(slot: Slot, done: (slot: Slot) => void): void {
        pool.request(slot, options, done);
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
