import { setTimeout as pause } from "node:timers/promises";

/** Two minutes of outage: by then it is told again, and given up where it may be. */
const ATTEMPTS = 240;
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
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!options.isWanted()) return;
      if (attempt >= ATTEMPTS && options.mayGiveUp()) return options.onGivenUp(error);
      if (attempt % ATTEMPTS === 1) options.onFailure(error);
      await pause(RETRY_EVERY_MS);
    }
  }
}
