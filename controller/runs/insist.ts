import { setTimeout as pause } from "node:timers/promises";

/**
 * Of an outage: by then it is told again, and given up where it may be. Not a number of attempts, as
 * one takes from nothing to several seconds.
 */
const LIMIT_MS = 120_000;
const RETRY_EVERY_MS = 500;

export interface InsistOptions {
  /** False when it need not be done any more. */
  isWanted(): boolean;
  /** False where nobody else would find out that it was not done. */
  mayGiveUp(): boolean;
  /** Called with the first failure, and every two minutes. */
  onFailure(error: unknown): void;
  onGivenUp(error: unknown): void;
}

/** Does something that fails while a store or a link is away, again and again. Never rejects. */
export async function insist(
  work: () => void | Promise<void>,
  options: InsistOptions,
): Promise<void> {
  const sinceMs = performance.now();
  let toldAtMs = -Infinity;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!options.isWanted()) return;
      const nowMs = performance.now();
      if (nowMs - sinceMs >= LIMIT_MS && options.mayGiveUp()) return options.onGivenUp(error);
      if (nowMs - toldAtMs >= LIMIT_MS) {
        toldAtMs = nowMs;
        options.onFailure(error);
      }
      await pause(RETRY_EVERY_MS);
    }
  }
}
