import { setTimeout as pause } from "node:timers/promises";

/** Two minutes of outage. */
const ATTEMPTS = 240;
const RETRY_EVERY_MS = 500;

export interface InsistOptions {
  /** False when it need not be done any more. */
  isWanted(): boolean;
  /** Called with the first failure. */
  onFailure(error: unknown): void;
  onGivenUp(error: unknown): void;
}

/** Does something that fails while a store or a link is away, again and again. Never rejects. */
export async function insist(
  work: () => void | Promise<void>,
  options: InsistOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!options.isWanted()) return;
      if (attempt === ATTEMPTS) return options.onGivenUp(error);
      if (attempt === 1) options.onFailure(error);
      await pause(RETRY_EVERY_MS);
    }
  }
}
