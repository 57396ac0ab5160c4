import type { Slot } from "../engine/slot.ts";
import { MAX_OPENING, type PooledConnection, type PoolOptions } from "./connectionPool.ts";
import { OwnedConnections } from "./ownedConnections.ts";
import type { RequestPool } from "./requestPool.ts";
import { WaitingRequests } from "./waitingRequests.ts";

/** One connection that does many requests at once, up to a number of its own. */
export interface SharedConnection<Request> extends PooledConnection<Request> {
  readonly hasRoom: boolean;
}

export interface StreamPoolOptions<Request> extends Omit<PoolOptions<Request>, "create"> {
  create(): SharedConnection<Request>;
  /** What a connection takes at once at most. */
  streams: number;
}

/**
 * Connections to one place that carry many requests at once. They are taken in turn, so that those
 * there are share the load; another is opened, within the limit, when none has room. A request that
 * finds no room waits, and waiting counts in its response time.
 */
export class StreamPool<Request> implements RequestPool<Request> {
  readonly #options: StreamPoolOptions<Request>;
  readonly #all: SharedConnection<Request>[] = [];
  #next = 0;
  readonly #owned: OwnedConnections<SharedConnection<Request>>;
  readonly #waiting: WaitingRequests<Request>;
  #opening = 0;
  #closed = false;

  constructor(options: StreamPoolOptions<Request>) {
    this.#options = options;
    this.#owned = new OwnedConnections(options.limits.perUser);
    this.#waiting = new WaitingRequests(options.clock);
  }

  get size(): number {
    return this.#all.length;
  }

  request(slot: Slot, request: Request, done: (slot: Slot) => void): void {
    const connection = this.#owned.of(slot) ?? this.#withRoom();
    if (connection !== undefined) return this.#send(connection, slot, request, done);
    this.#waiting.add(slot, request, done);
    this.#openForWaiting();
  }

  /** A connection has room again. */
  freed(connection: SharedConnection<Request>): void {
    if (this.#owned.has(connection)) return;
    while (connection.hasRoom) {
      const next = this.#waiting.nextToSend();
      if (next === undefined) return;
      this.#send(connection, next.slot, next.request, next.done);
      if (this.#options.limits.perUser) return;
    }
  }

  /** The connection takes no more requests; those it carries may end. */
  remove(connection: SharedConnection<Request>): void {
    const index = this.#all.indexOf(connection);
    if (index < 0) return;
    this.#all.splice(index, 1);
    this.#owned.remove(connection);
    this.#openForWaiting();
  }

  leave(slot: Slot): void {
    const connection = this.#owned.of(slot);
    if (connection === undefined) return;
    this.remove(connection);
    connection.close();
  }

  async warmUp(count: number): Promise<void> {
    const { limits, streams } = this.#options;
    const wanted = limits.connections === Infinity && !limits.perUser ? count / streams : count;
    let left = Math.min(Math.ceil(wanted), limits.connections);
    const openNext = async (): Promise<void> => {
      while (left-- > 0 && !this.#closed) await new Promise((done) => this.#open(done));
    };
    await Promise.all(Array.from({ length: Math.min(MAX_OPENING, left) }, openNext));
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#all.splice(0)) connection.close();
  }

  /** The next in turn; with `perUser` one that nobody has yet. */
  #withRoom(): SharedConnection<Request> | undefined {
    for (let i = 0; i < this.#all.length; i++) {
      this.#next = (this.#next + 1) % this.#all.length;
      const connection = this.#all[this.#next];
      if (connection?.hasRoom === true && !this.#owned.has(connection)) return connection;
    }
    return undefined;
  }

  #send(
    connection: SharedConnection<Request>,
    slot: Slot,
    request: Request,
    done: (slot: Slot) => void,
  ): void {
    this.#owned.give(slot, connection);
    connection.send(slot, request, done);
  }

  #open(opened: (error: unknown) => void): void {
    const connection = this.#options.create();
    this.#opening++;
    connection.open((error) => {
      this.#opening--;
      if (error !== null) return opened(error);
      if (this.#closed) {
        connection.close();
        return opened(null);
      }
      this.#all.push(connection);
      this.freed(connection);
      opened(null);
    });
  }

  #openForWaiting(): void {
    const { limits, streams, errorKind } = this.#options;
    const each = limits.perUser ? 1 : streams;
    while (
      this.#opening < Math.min(MAX_OPENING, Math.ceil(this.#waiting.count / each)) &&
      this.#all.length + this.#opening < limits.connections &&
      !this.#closed
    ) {
      this.#open((error) => {
        // What could not be opened fails as many requests as it would have carried.
        if (error !== null) {
          const kind = errorKind(error);
          for (let i = Math.min(each, this.#waiting.count); i > 0; i--)
            this.#waiting.failNext(kind);
        }
        this.#openForWaiting();
      });
    }
  }
}
