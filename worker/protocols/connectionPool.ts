import type { RunClock } from "../engine/operation.ts";
import type { Slot } from "../engine/slot.ts";
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
  /** With `perUser`: the connection of each slot, by its index, and the other way round. */
  readonly #owned: (PooledConnection<Request> | undefined)[] = [];
  readonly #owners = new Map<PooledConnection<Request>, number>();
  readonly #waiting: WaitingRequests<Request>;
  #opening = 0;
  #closed = false;

  constructor(options: PoolOptions<Request>) {
    this.#options = options;
    this.#waiting = new WaitingRequests(options.clock);
  }

  /** Open connections. */
  get size(): number {
    return this.#all.size;
  }

  request(slot: Slot, request: Request, done: (slot: Slot) => void): void {
    const connection = this.#owned[slot.index] ?? this.#idle.pop();
    if (connection !== undefined) return this.#send(connection, slot, request, done);
    this.#waiting.add(slot, request, done);
    this.#openForWaiting();
  }

  /** A connection has nothing to do any more. */
  idle(connection: PooledConnection<Request>): void {
    // It waits for its own user, whoever else may wait.
    if (this.#owners.has(connection)) return;
    const next = this.#waiting.next();
    if (next === undefined) this.#idle.push(connection);
    else this.#send(connection, next.slot, next.request, next.done);
  }

  /** The user on `slot` is gone: its own connection is closed. */
  leave(slot: Slot): void {
    const connection = this.#owned[slot.index];
    if (connection === undefined) return;
    this.#disown(connection);
    this.#all.delete(connection);
    connection.close();
  }

  /** The connection cannot be used any more. */
  remove(connection: PooledConnection<Request>): void {
    this.#all.delete(connection);
    this.#disown(connection);
    const index = this.#idle.lastIndexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#openForWaiting();
  }

  /** Opens connections before they are needed; resolves also when some cannot be had. */
  async warmUp(count: number): Promise<void> {
    let left = Math.min(count, this.#options.limits.connections);
    const openNext = async (): Promise<void> => {
      while (left-- > 0 && !this.#closed) await this.#openOne();
    };
    await Promise.all(Array.from({ length: Math.min(MAX_OPENING, left) }, openNext));
  }

  #openOne(): Promise<void> {
    const connection = this.#options.create();
    return new Promise((resolve) => {
      this.#opening++;
      connection.open((error) => {
        this.#opening--;
        if (error === null) this.#add(connection);
        resolve();
      });
    });
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
    if (this.#options.limits.perUser && this.#owned[slot.index] !== connection) {
      this.#owned[slot.index] = connection;
      this.#owners.set(connection, slot.index);
    }
    connection.send(slot, request, done);
  }

  #disown(connection: PooledConnection<Request>): void {
    const owner = this.#owners.get(connection);
    if (owner === undefined) return;
    this.#owners.delete(connection);
    this.#owned[owner] = undefined;
  }

  #add(connection: PooledConnection<Request>): void {
    if (this.#closed) return connection.close();
    this.#all.add(connection);
    this.idle(connection);
  }

  #openForWaiting(): void {
    if (this.#closed) return;
    const { connections } = this.#options.limits;
    while (
      this.#opening < Math.min(MAX_OPENING, this.#waiting.count) &&
      this.#all.size + this.#opening < connections
    ) {
      const connection = this.#options.create();
      this.#opening++;
      connection.open((error) => {
        this.#opening--;
        if (error === null) this.#add(connection);
        else {
          // It fails the request that has waited longest.
          this.#waiting.failNext(this.#options.errorKind(error));
        }
        this.#openForWaiting();
      });
    }
  }
}
