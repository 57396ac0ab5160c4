import type { RunClock } from "../engine/operation.ts";
import type { Slot } from "../engine/slot.ts";
import { OwnedConnections } from "./ownedConnections.ts";
import type { RequestPool } from "./requestPool.ts";
import { WaitingRequests } from "./waitingRequests.ts";

/** Connections being opened at once; a storm of them would starve the ones that already work. */
export const MAX_OPENING = 64;

/** One connection that does one request at a time. */
export interface PooledConnection<Request> {
  /** Calls back once, with the reason when it failed. */
  open(opened: (error: unknown) => void): void;
  send(slot: Slot, request: Request, done: (slot: Slot) => void): void;
  close(): void;
}

/** How connections are shared out. */
export interface PoolLimits {
  /** Connections at most; Infinity for as many as are needed at once. */
  connections: number;
  /** Each user (slot) keeps the connection it was given, until it leaves. */
  perUser: boolean;
}

export interface PoolOptions<Request> {
  clock: RunClock;
  limits: PoolLimits;
  create(): PooledConnection<Request>;
  errorKind(error: unknown): string;
}

/**
 * The connections to one place: opened on demand, used again last-in first-out. A request that
 * finds none idle takes the first that is opened or becomes idle; waiting counts in its response
 * time. How many may be in flight is limited by the caller.
 */
export class ConnectionPool<Request> implements RequestPool<Request> {
  readonly #options: PoolOptions<Request>;
  readonly #all = new Set<PooledConnection<Request>>();
  readonly #idle: PooledConnection<Request>[] = [];
  readonly #owned: OwnedConnections<PooledConnection<Request>>;
  readonly #waiting: WaitingRequests<Request>;
  #opening = 0;
  #closed = false;

  constructor(options: PoolOptions<Request>) {
    this.#options = options;
    this.#owned = new OwnedConnections(options.limits.perUser);
    this.#waiting = new WaitingRequests(options.clock);
  }

  /** Open connections. */
  get size(): number {
    return this.#all.size;
  }

  request(slot: Slot, request: Request, done: (slot: Slot) => void): void {
    const connection = this.#owned.of(slot) ?? this.#idle.pop();
    if (connection !== undefined) return this.#send(connection, slot, request, done);
    this.#waiting.add(slot, request, done);
    this.#openForWaiting();
  }

  /** A connection has nothing to do any more. */
  idle(connection: PooledConnection<Request>): void {
    // It waits for its own user, whoever else may wait.
    if (this.#owned.has(connection)) return;
    const next = this.#waiting.nextToSend();
    if (next === undefined) this.#idle.push(connection);
    else this.#send(connection, next.slot, next.request, next.done);
  }

  /** The user on `slot` is gone: its own connection is closed. */
  leave(slot: Slot): void {
    const connection = this.#owned.of(slot);
    if (connection === undefined) return;
    this.#owned.remove(connection);
    this.#all.delete(connection);
    connection.close();
  }

  /** The connection cannot be used any more. */
  remove(connection: PooledConnection<Request>): void {
    this.#all.delete(connection);
    this.#owned.remove(connection);
    const index = this.#idle.lastIndexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#openForWaiting();
  }

  /** Opens connections before they are needed; resolves also when some cannot be had. */
  async warmUp(count: number): Promise<void> {
    let left = Math.min(count, this.#options.limits.connections);
    const openNext = async (): Promise<void> => {
      while (left-- > 0 && !this.#closed) await new Promise((done) => this.#open(done));
    };
    await Promise.all(Array.from({ length: Math.min(MAX_OPENING, left) }, openNext));
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#all) connection.close();
  }

  #send(
    connection: PooledConnection<Request>,
    slot: Slot,
    request: Request,
    done: (slot: Slot) => void,
  ): void {
    this.#owned.give(slot, connection);
    connection.send(slot, request, done);
  }

  #add(connection: PooledConnection<Request>): void {
    if (this.#closed) return connection.close();
    this.#all.add(connection);
    this.idle(connection);
  }

  #open(opened: (error: unknown) => void): void {
    const connection = this.#options.create();
    this.#opening++;
    connection.open((error) => {
      this.#opening--;
      if (error === null) this.#add(connection);
      opened(error);
    });
  }

  #openForWaiting(): void {
    if (this.#closed) return;
    const { connections } = this.#options.limits;
    while (
      this.#opening < Math.min(MAX_OPENING, this.#waiting.count) &&
      this.#all.size + this.#opening < connections
    ) {
      this.#open((error) => {
        // It fails the request that has waited longest.
        if (error !== null) this.#waiting.failNext(this.#options.errorKind(error));
        this.#openForWaiting();
      });
    }
  }
}
