import type { RunLease } from "../ports.ts";

/** @param nowUs the common clock */
export function createLocalRunLease(nowUs: () => number): RunLease {
  const held = new Map<string, { ownerId: string; endUs: number }>();
  // Starts at the clock (ms), so tokens keep growing over restarts of this process: stores outlive it.
  let lastToken = Math.floor(nowUs() / 1_000);
  const owner = (runId: string): string | undefined => {
    const lease = held.get(runId);
    return lease !== undefined && lease.endUs > nowUs() ? lease.ownerId : undefined;
  };
  const hold = (runId: string, ownerId: string, ttlMs: number) =>
    held.set(runId, { ownerId, endUs: nowUs() + ttlMs * 1_000 });
  return {
    async acquire(runId, ownerId, ttlMs) {
      const current = owner(runId);
      if (current !== undefined && current !== ownerId) return undefined;
      hold(runId, ownerId, ttlMs);
      return ++lastToken;
    },
    async renew(runId, ownerId, ttlMs) {
      if (owner(runId) !== ownerId) return false;
      hold(runId, ownerId, ttlMs);
      return true;
    },
    async release(runId, ownerId) {
      if (owner(runId) === ownerId) held.delete(runId);
    },
  };
}
