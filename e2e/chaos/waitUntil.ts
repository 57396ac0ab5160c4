import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 100;

/**
 * Asks until there is an answer (anything but undefined or false). While parts of the platform are
 * away asking may fail: that is no answer either, and is told when the time is over.
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  const untilMs = performance.now() + withinMs;
  let failure: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > untilMs) {
      throw new Error(`waited ${withinMs} ms in vain until ${what}`, { cause: failure });
    }
    await pause(POLL_MS);
  }
}
