/**
 * Open connections of this thread by destination. Local ports are a resource of the machine, not of
 * a share, so they are counted here for all shares of the thread at once.
 */
interface Pool {
  readonly size: number;
}

const pools = new Map<string, Set<Pool>>();

/** Destinations told of one thread; the busiest ones are what runs out first. */
const MAX_TOLD = 16;

/** Counts a pool's connections to `origin` until the returned function is called. */
export function countDestination(origin: string, pool: Pool): () => void {
  const same = pools.get(origin) ?? new Set();
  pools.set(origin, same.add(pool));
  return () => {
    same.delete(pool);
    if (same.size === 0) pools.delete(origin);
  };
}

/** Open connections to the busiest destinations. */
export function connectionsByDestination(): Record<string, number> {
  const counts = [...pools].map(([origin, same]): [string, number] => {
    return [origin, [...same].reduce((sum, pool) => sum + pool.size, 0)];
  });
  counts.sort(([, a], [, b]) => b - a);
  return Object.fromEntries(counts.slice(0, MAX_TOLD));
}
