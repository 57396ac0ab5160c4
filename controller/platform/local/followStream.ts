import { setTimeout as pause } from "node:timers/promises";
import type { ReportStream, StreamEntry } from "../ports.ts";

const RETRY_AFTER_MS = 100;

export interface StreamSource {
  /** The next batch after `position`, possibly empty; may reject, also when `signal` is aborted. */
  next(position: string, signal: AbortSignal): Promise<readonly StreamEntry[]>;
  /** Told once per series of failures. */
  warn(text: string): void;
}

/**
 * Reads until the returned function is called, which resolves when the last `handle` has ended (so
 * `handle` must not await it). A batch whose `handle` rejects is handed over again: a position is
 * passed only when it was dealt with.
 */
export function followStream(
  source: StreamSource,
  position: string,
  handle: Parameters<ReportStream["read"]>[2],
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const ended = follow(source, position, handle, signal);
  return async () => {
    stopping.abort();
    await ended;
  };
}

async function follow(
  source: StreamSource,
  from: string,
  handle: Parameters<ReportStream["read"]>[2],
  signal: AbortSignal,
): Promise<void> {
  let position = from;
  let failing = false;
  while (!signal.aborted) {
    try {
      const entries = await source.next(position, signal);
      const last = entries.at(-1);
      if (last === undefined || signal.aborted) continue;
      await handle(entries);
      position = last.position;
      failing = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!failing)
        source.warn(`reading reports after ${position} failed, retrying: ${String(error)}`);
      failing = true;
      await pause(RETRY_AFTER_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
