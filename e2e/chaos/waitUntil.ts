import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 100;
/** What stands still itself, or waits for what does, must not hold the asking up. */
const ANSWER_WITHIN_MS = 5_000;

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
      const answer = await inTime(ask());
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

/** An answer later than that is none: it is asked for anew. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`no answer in ${ANSWER_WITHIN_MS} ms`)),
    ANSWER_WITHIN_MS,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
