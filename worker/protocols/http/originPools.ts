import type { Slot } from "../../engine/slot.ts";
import { countDestination } from "../../health/destinations.ts";
import type { ConnectionPool } from "../connectionPool.ts";

/** A pool of connections for each origin that requests go to. */
export class OriginPools<Request> {
  readonly #create: (origin: URL) => ConnectionPool<Request>;
  readonly #pools = new Map<string, ConnectionPool<Request>>();
  readonly #uncount: (() => void)[] = [];

  constructor(create: (origin: URL) => ConnectionPool<Request>) {
    this.#create = create;
  }

  get connections(): number {
    let sum = 0;
    for (const pool of this.#pools.values()) sum += pool.size;
    return sum;
  }

  of(url: string): ConnectionPool<Request> {
    const { origin } = new URL(url);
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = this.#create(new URL(origin));
      this.#pools.set(origin, pool);
      this.#uncount.push(countDestination(origin, pool));
    }
    return pool;
  }

  /** Opens `connections` to every origin known so far. */
  async warmUp(connections: number): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.warmUp(connections)));
  }

  leave(slot: Slot): void {
    for (const pool of this.#pools.values()) pool.leave(slot);
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close();
    for (const uncount of this.#uncount.splice(0)) uncount();
  }
}
