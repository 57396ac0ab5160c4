import type { Operation, RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import { buildConnector } from "undici";
import { type ConnectionOwner, type RequestOptions, UndiciConnection } from "./undiciConnection.ts";

const CONNECT_TIMEOUT_MS = 30_000;

export interface HttpRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | null;
}

/**
 * The connections of one origin: grown on demand, used again last-in first-out, never queued for.
 * Requests in flight are limited by whoever calls.
 */
class OriginConnections implements ConnectionOwner {
  readonly origin: string;
  readonly clock: RunClock;
  readonly connector: buildConnector.connector;
  readonly #all: UndiciConnection[] = [];
  readonly #idle: UndiciConnection[] = [];

  constructor(origin: string, clock: RunClock, rejectUnauthorized: boolean) {
    this.origin = origin;
    this.clock = clock;
    this.connector = buildConnector({
      allowH2: false,
      timeout: CONNECT_TIMEOUT_MS,
      rejectUnauthorized,
      noDelay: true,
    });
  }

  get count(): number {
    return this.#all.length;
  }

  take(): UndiciConnection {
    return this.#idle.pop() ?? this.#open();
  }

  idle(connection: UndiciConnection): void {
    this.#idle.push(connection);
  }

  async warmUp(count: number): Promise<void> {
    const opened = Array.from({ length: count }, () => this.#open());
    await Promise.all(opened.map((connection) => connection.warmUp()));
    this.#idle.push(...opened);
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  #open(): UndiciConnection {
    const connection = new UndiciConnection(this);
    this.#all.push(connection);
    return connection;
  }
}

function flatHeaders(request: HttpRequest): string[] {
  const names = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
  const headers = Object.entries(request.headers).flat();
  if (!names.has("user-agent")) headers.push("user-agent", "onrush");
  if (!names.has("accept")) headers.push("accept", "*/*");
  return headers;
}

/** HTTP/1.1 through undici's dispatch, the lowest of its interfaces. */
export class UndiciTransport {
  readonly #clock: RunClock;
  readonly #rejectUnauthorized: boolean;
  readonly #origins = new Map<string, OriginConnections>();

  constructor(clock: RunClock, rejectUnauthorized: boolean) {
    this.#clock = clock;
    this.#rejectUnauthorized = rejectUnauthorized;
  }

  get connections(): number {
    let sum = 0;
    for (const origin of this.#origins.values()) sum += origin.count;
    return sum;
  }

  operation(request: HttpRequest): Operation {
    const url = new URL(request.url);
    const origin = this.#origin(url.origin);
    const options: RequestOptions = {
      method: request.method,
      path: url.pathname + url.search,
      headers: flatHeaders(request),
      body: request.body,
    };
    return {
      perform(slot: Slot, done: (slot: Slot) => void): void {
        origin.take().send(slot, options, done);
      },
    };
  }

  async warmUp(connections: number): Promise<void> {
    await Promise.all([...this.#origins.values()].map((origin) => origin.warmUp(connections)));
  }

  close(): void {
    for (const origin of this.#origins.values()) origin.close();
  }

  #origin(origin: string): OriginConnections {
    let known = this.#origins.get(origin);
    if (known === undefined) {
      known = new OriginConnections(origin, this.#clock, this.#rejectUnauthorized);
      this.#origins.set(origin, known);
    }
    return known;
  }
}
