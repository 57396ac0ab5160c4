import type { RunLease } from "../ports.ts";

export interface LocalRunLease extends RunLease {
  /** Whether anybody owns the run now. */
  isHeld(runId: string): boolean;
  /** Forgets that the run was asked to stop: it is released. */
  forgetStop(runId: string): void;
}

/** @param nowUs the common clock */
export function createLocalRunLease(nowUs: () => number): LocalRunLease {
  const held = new Map<string, { ownerId: string; endUs: number }>();
  const stopsAsked = new Set<string>();
  let lastToken = 0;
  const holder = (runId: string): string | undefined => {
    const lease = held.get(runId);
    return lease !== undefined && lease.endUs > nowUs() ? lease.ownerId : undefined;
  };
  const hold = (runId: string, ownerId: string, ttlMs: number) =>
    held.set(runId, { ownerId, endUs: nowUs() + ttlMs * 1_000 });
  return {
    async acquire(runId, { id }, ttlMs) {
      const current = holder(runId);
      if (current !== undefined && current !== id) return undefined;
      hold(runId, id, ttlMs);
      // Never below the clock (ms), so tokens keep growing over restarts: stores outlive this process.
      lastToken = Math.max(lastToken + 1, Math.floor(nowUs() / 1_000));
      return lastToken;
    },
    async renew(runId, { id }, ttlMs) {
      const owned = holder(runId) === id;
      if (owned) hold(runId, id, ttlMs);
      return { owned, stopAsked: stopsAsked.has(runId) };
    },
    async release(runId, { id }) {
      if (holder(runId) === id) held.delete(runId);
    },
    askStop: async (runId) => void stopsAsked.add(runId),
    isHeld: (runId) => holder(runId) !== undefined,
    forgetStop: (runId) => void stopsAsked.delete(runId),
  };
}
