import { renderText, type Template, type Text } from "@onrush/shared/template/compileTemplate.ts";
import type { Operation, RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import type { buildConnector } from "undici";
import { plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import { ConnectionPool, type PoolOptions } from "../connectionPool.ts";
import type { RequestPool } from "../requestPool.ts";
import { StreamPool } from "../streamPool.ts";
import { makeConnector } from "./connectors.ts";
import { Http2Connection, MAX_STREAMS } from "./http2Connection.ts";
import { httpErrorKind } from "./httpErrors.ts";
import {
  type BodyTemplate,
  defaultHeaders,
  type HttpRequest,
  type HttpTransport,
  renderBody,
  type TransportOptions,
} from "./httpRequest.ts";
import { OriginPools } from "./originPools.ts";
import { type Proxy, proxyOf } from "./proxy.ts";
import { forwarded, http2Headers } from "./routes.ts";
import { type ConnectionOwner, UndiciConnection, type UndiciRequest } from "./undiciConnection.ts";
import { UndiciWatch } from "./undiciWatch.ts";

const isFixed = (part: Text | BodyTemplate | Uint8Array | null) =>
  part === null || typeof part === "string" || part instanceof Uint8Array;

/** As undici takes it: text where it can be, since that is the faster way. */
function bodyFor(body: HttpRequest["body"], slot: Slot): string | Uint8Array | null {
  if (body === null || body instanceof Uint8Array) return body;
  return isText(body) ? renderText(body, slot) : renderBody(body, slot);
}

const isText = (body: BodyTemplate): body is Template =>
  body.encode === undefined && body.literals.every((literal) => typeof literal === "string");

/** The pool of one origin, and what its connections share. */
class Origin implements ConnectionOwner {
  readonly origin: string;
  readonly clock: RunClock;
  readonly connector: buildConnector.connector;
  readonly isForwarded: boolean;
  streams = MAX_STREAMS;
  readonly pool: RequestPool<UndiciRequest>;
  idle: (connection: UndiciConnection) => void = () => {};
  freed: (connection: Http2Connection) => void = () => {};
  gone: (connection: Http2Connection) => void = () => {};

  constructor(url: URL, clock: RunClock, options: TransportOptions, proxy: Proxy | null) {
    const { rejectUnauthorized, limits, http = plainHttp } = options;
    const isTls = url.protocol === "https:";
    const forwarder = isTls ? null : proxy;
    this.clock = clock;
    this.isForwarded = forwarder !== null;
    this.origin = forwarder?.origin ?? url.origin;
    this.connector = makeConnector({ isTls, rejectUnauthorized, version: http.version, proxy });
    const shared = { clock, limits, errorKind: httpErrorKind };
    this.pool = http.version === "2" ? this.#streamPool(shared) : this.#connectionPool(shared);
  }

  #connectionPool(shared: PoolShare): RequestPool<UndiciRequest> {
    const pool = new ConnectionPool({ ...shared, create: () => new UndiciConnection(this) });
    this.idle = (connection) => pool.idle(connection);
    return pool;
  }

  #streamPool(shared: PoolShare): RequestPool<UndiciRequest> {
    const create = () => new Http2Connection(this);
    const pool = new StreamPool({ ...shared, create, streams: MAX_STREAMS });
    this.freed = (connection) => pool.freed(connection);
    this.gone = (connection) => pool.remove(connection);
    return pool;
  }
}

type PoolShare = Omit<PoolOptions<UndiciRequest>, "create">;

/** HTTP/1.1 and HTTP/2 through undici's dispatch, the lowest of its interfaces. */
export class UndiciTransport implements HttpTransport {
  readonly #pools: OriginPools<UndiciRequest>;
  readonly #isHttp2: boolean;
  readonly #proxy: Proxy | null;
  readonly #sent: UndiciWatch | null;

  constructor(clock: RunClock, options: TransportOptions) {
    this.#sent = options.sent === undefined ? null : new UndiciWatch(options.sent);
    const { version, proxy } = options.http ?? plainHttp;
    this.#isHttp2 = version === "2";
    const via = proxy === null ? null : proxyOf(proxy);
    this.#proxy = via;
    this.#pools = new OriginPools(
      (url) => new Origin(url, clock, options, via).pool,
      via?.origin ?? null,
    );
  }

  get connections(): number {
    return this.#pools.connections;
  }

  operation(request: HttpRequest): Operation {
    const pool = this.#pools.of(request.url);
    const undiciRequest = this.#compile(request);
    return {
      perform(slot: Slot, done: (slot: Slot) => void): void {
        pool.request(slot, undiciRequest, done);
      },
    };
  }

  #compile(request: HttpRequest): UndiciRequest {
    const { path, headers: pairs } = this.#route(request);
    const headers = pairs.flat();
    const { method, body } = request;
    const optionsFor = (value: (part: Text) => string, body: string | Uint8Array | null) => ({
      method,
      path: value(path),
      headers: headers.map(value),
      body,
      // undici would close the connection after each HEAD otherwise.
      reset: false,
    });
    const options: UndiciRequest["options"] = [path, body, ...headers].every(isFixed)
      ? optionsFor(String, body as Uint8Array | null)
      : (slot) => optionsFor((part) => renderText(part, slot), bodyFor(body, slot));
    return {
      options: this.#sent === null ? options : this.#sent.watch(options),
      inspection: request.inspection ?? null,
    };
  }

  #route(request: HttpRequest) {
    const url = new URL(request.url);
    const head = {
      path: request.path ?? url.pathname + url.search,
      headers: defaultHeaders(request),
    };
    if (this.#isHttp2) return http2Headers(head);
    const isForwarded = this.#proxy !== null && url.protocol === "http:";
    return isForwarded ? forwarded(head, url, this.#proxy) : head;
  }

  warmUp(connections: number): Promise<void> {
    return this.#pools.warmUp(connections);
  }

  leave(slot: Slot): void {
    this.#pools.leave(slot);
  }

  close(): void {
    this.#sent?.close();
    this.#pools.close();
  }
}
