import type { RunClock } from "../engine/operation.ts";
import type { Slot } from "../engine/slot.ts";

/** Connections being opened at once; a storm of them would starve the ones that already work. */
const MAX_OPENING = 64;

/** One connection that does one request at a time. */
export interface PooledConnection<Request> {
  /** Calls back once, with the reason when it failed. */
  open(opened: (error: unknown) => void): void;
  send(slot: Slot, request: Request, done: (slot: Slot) => void): void;
  close(): void;
}

interface Waiting<Request> {
  slot: Slot | null;
  request: Request;
  done: (slot: Slot) => void;
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
export class ConnectionPool<Request> {
  readonly #options: PoolOptions<Request>;
  readonly #all = new Set<PooledConnection<Request>>();
  readonly #idle: PooledConnection<Request>[] = [];
  /** With `perUser`: the connection of each slot, by its index, and the other way round. */
  readonly #owned: (PooledConnection<Request> | undefined)[] = [];
  readonly #owners = new Map<PooledConnection<Request>, number>();
  /** In the order they came; those that were cancelled have lost their slot. */
  #waiting: Waiting<Request>[] = [];
  readonly #bySlot = new Map<Slot, Waiting<Request>>();
  #firstWaiting = 0;
  #opening = 0;
  #closed = false;

  constructor(options: PoolOptions<Request>) {
    this.#options = options;
  }

  /** Open connections. */
  get size(): number {
    return this.#all.size;
  }

  request(slot: Slot, request: Request, done: (slot: Slot) => void): void {
    const connection = this.#owned[slot.index] ?? this.#idle.pop();
    if (connection !== undefined) return this.#send(connection, slot, request, done);
    const waiting: Waiting<Request> = { slot, request, done };
    this.#waiting.push(waiting);
    this.#bySlot.set(slot, waiting);
    slot.cancel = this.#cancelWaiting;
    this.#openForWaiting();
  }

  /** A connection has nothing to do any more. */
  idle(connection: PooledConnection<Request>): void {
    // It waits for its own user, whoever else may wait.
    if (this.#owners.has(connection)) return;
    const next = this.#nextWaiting();
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

  get #waitingCount(): number {
    return this.#bySlot.size;
  }

  #openForWaiting(): void {
    if (this.#closed) return;
    const { connections } = this.#options.limits;
    while (
      this.#opening < Math.min(MAX_OPENING, this.#waitingCount) &&
      this.#all.size + this.#opening < connections
    ) {
      const connection = this.#options.create();
      this.#opening++;
      connection.open((error) => {
        this.#opening--;
        if (error === null) this.#add(connection);
        else this.#failFirst(error);
        this.#openForWaiting();
      });
    }
  }

  /** A connection that could not be opened fails the request that has waited longest. */
  #failFirst(error: unknown): void {
    const next = this.#nextWaiting();
    if (next !== undefined) this.#end(next, this.#options.errorKind(error));
  }

  #end({ slot, done }: Waiting<Request> & { slot: Slot }, error: string): void {
    slot.endUs = this.#options.clock.nowUs();
    slot.error = error;
    done(slot);
  }

  #nextWaiting(): (Waiting<Request> & { slot: Slot }) | undefined {
    while (this.#firstWaiting < this.#waiting.length) {
      const waiting = this.#waiting[this.#firstWaiting++] as Waiting<Request>;
      if (this.#firstWaiting > 1024 && this.#firstWaiting * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#firstWaiting);
        this.#firstWaiting = 0;
      }
      const { slot } = waiting;
      if (slot === null) continue;
      this.#bySlot.delete(slot);
      return { ...waiting, slot };
    }
    return undefined;
  }

  readonly #cancelWaiting = (slot: Slot, error: string): void => {
    const waiting = this.#bySlot.get(slot);
    if (waiting === undefined) return;
    this.#bySlot.delete(slot);
    waiting.slot = null;
    // With nobody left to wait, what was cancelled can go.
    if (this.#bySlot.size === 0) {
      this.#waiting = [];
      this.#firstWaiting = 0;
    }
    this.#end({ ...waiting, slot }, error);
  };
}
