import type { Operation, RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import type { buildConnector } from "undici";
import { plainHttp } from "@onrush/shared/scenario/http.ts";
import { ConnectionPool, type PoolOptions } from "../connectionPool.ts";
import type { RequestPool } from "../requestPool.ts";
import { StreamPool } from "../streamPool.ts";
import { makeConnector } from "./connectors.ts";
import { Http2Connection, MAX_STREAMS } from "./http2Connection.ts";
import { httpErrorKind } from "./httpErrors.ts";
import {
  defaultHeaders,
  type HttpRequest,
  type HttpTransport,
  type TransportOptions,
} from "./httpRequest.ts";
import { OriginPools } from "./originPools.ts";
import { proxyOf } from "./proxy.ts";
import { forwarded, http2Headers, unchanged } from "./routes.ts";
import { type ConnectionOwner, type RequestOptions, UndiciConnection } from "./undiciConnection.ts";

/** The pool of one origin, and what its connections share. */
class Origin implements ConnectionOwner {
  readonly origin: string;
  readonly clock: RunClock;
  readonly connector: buildConnector.connector;
  readonly isForwarded: boolean;
  readonly route: (options: RequestOptions) => RequestOptions;
  streams = MAX_STREAMS;
  readonly pool: RequestPool<RequestOptions>;
  idle: (connection: UndiciConnection) => void = () => {};
  freed: (connection: Http2Connection) => void = () => {};
  gone: (connection: Http2Connection) => void = () => {};

  constructor(url: URL, clock: RunClock, options: TransportOptions) {
    const { rejectUnauthorized, limits, http = plainHttp } = options;
    const isTls = url.protocol === "https:";
    const proxy = http.proxy === null ? null : proxyOf(http.proxy);
    const forwarder = isTls ? null : proxy;
    this.clock = clock;
    this.isForwarded = forwarder !== null;
    this.origin = forwarder?.origin ?? url.origin;
    this.connector = makeConnector({ isTls, rejectUnauthorized, version: http.version, proxy });
    this.route = forwarder === null ? unchanged : forwarded(url, forwarder);
    if (http.version === "2") this.route = http2Headers();
    const shared = { clock, limits, errorKind: httpErrorKind };
    this.pool = http.version === "2" ? this.#streamPool(shared) : this.#connectionPool(shared);
  }

  #connectionPool(shared: PoolShare): RequestPool<RequestOptions> {
    const pool = new ConnectionPool({ ...shared, create: () => new UndiciConnection(this) });
    this.idle = (connection) => pool.idle(connection);
    return pool;
  }

  #streamPool(shared: PoolShare): RequestPool<RequestOptions> {
    const create = () => new Http2Connection(this);
    const pool = new StreamPool({ ...shared, create, streams: MAX_STREAMS });
    this.freed = (connection) => pool.freed(connection);
    this.gone = (connection) => pool.remove(connection);
    return pool;
  }
}

type PoolShare = Omit<PoolOptions<RequestOptions>, "create">;

/** HTTP/1.1 and HTTP/2 through undici's dispatch, the lowest of its interfaces. */
export class UndiciTransport implements HttpTransport {
  readonly #pools: OriginPools<RequestOptions>;

  constructor(clock: RunClock, options: TransportOptions) {
    const proxy = options.http?.proxy ?? null;
    this.#pools = new OriginPools(
      (url) => new Origin(url, clock, options).pool,
      proxy === null ? null : proxyOf(proxy).origin,
    );
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
