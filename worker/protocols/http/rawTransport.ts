import type { Operation, RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import { ConnectionPool } from "../connectionPool.ts";
import { httpErrorKind } from "./httpErrors.ts";
import {
  CONNECT_TIMEOUT_MS,
  type HttpRequest,
  type HttpTransport,
  type TransportOptions,
} from "./httpRequest.ts";
import { HeadCache } from "./headCache.ts";
import { OriginPools } from "./originPools.ts";
import { RawConnection, type RawOrigin, type RawRequest } from "./rawConnection.ts";
import { wireRequest } from "./wireRequest.ts";

const READ_BUFFER_BYTES = 65_536;

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
  readonly #sent: TransportOptions["sent"];

  constructor(clock: RunClock, options: TransportOptions) {
    this.#sent = options.sent;
    const readBuffer = Buffer.alloc(READ_BUFFER_BYTES);
    this.#pools = new OriginPools((url) => new Origin(url, clock, options, readBuffer).pool);
  }

  get connections(): number {
    return this.#pools.connections;
  }

  operation(request: HttpRequest): Operation {
    const pool = this.#pools.of(request.url);
    const inspection = request.inspection ?? null;
    const wantsHeaders = inspection !== null && inspection.wants.headers.length > 0;
    const raw: RawRequest = {
      wire: wireRequest(request, this.#sent),
      isHead: request.method === "HEAD",
      inspection,
      heads: wantsHeaders ? undefined : new HeadCache(),
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
