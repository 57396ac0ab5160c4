import type { Slot } from "../../engine/slot.ts";
import { countDestination } from "../../health/destinations.ts";
import type { RequestPool } from "../requestPool.ts";

/**
 * A pool of connections for each origin that requests go to. Where they are opened to instead of the
 * origin itself, a proxy, is their destination.
 */
export class OriginPools<Request> {
  readonly #create: (origin: URL) => RequestPool<Request>;
  readonly #destination: string | null;
  readonly #pools = new Map<string, RequestPool<Request>>();
  readonly #uncount: (() => void)[] = [];

  constructor(create: (origin: URL) => RequestPool<Request>, destination: string | null = null) {
    this.#create = create;
    this.#destination = destination;
  }

  get connections(): number {
    let sum = 0;
    for (const pool of this.#pools.values()) sum += pool.size;
    return sum;
  }

  of(url: string): RequestPool<Request> {
    const { origin } = new URL(url);
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = this.#create(new URL(origin));
      this.#pools.set(origin, pool);
      this.#uncount.push(countDestination(this.#destination ?? origin, pool));
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
