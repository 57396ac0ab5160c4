import { setImmediate as turn } from "node:timers/promises";
import type { Logger } from "../platform/logger.ts";
import type { EndedRun, RunStore } from "../runs/runStore.ts";
import type { KeptFiles } from "../scenarios/keptFiles.ts";

/** How many ended runs are kept and for how long; 0 is without limit. */
export interface RetentionLimits {
  days: number;
  runs: number;
}

const SWEEP_EVERY_MS = 600_000;
const MS_PER_DAY = 86_400_000;

/** Ids of the runs that are beyond the limits. `ended` is oldest first, and so are they. */
export function expiredRuns(
  ended: readonly EndedRun[],
  { days, runs }: RetentionLimits,
  nowMs: number,
): string[] {
  const tooMany = runs === 0 ? 0 : Math.max(0, ended.length - runs);
  const oldestMs = days === 0 ? -Infinity : nowMs - days * MS_PER_DAY;
  return ended
    .filter(({ endedAtMs }, i) => i < tooMany || endedAtMs < oldestMs)
    .map(({ id }) => id);
}

interface RetentionOptions {
  runs: Pick<RunStore, "ended" | "orphans" | "remove">;
  limits: RetentionLimits;
  files: Pick<KeptFiles, "sweep">;
  time: { nowMs(): number };
  logger: Logger;
}

/**
 * Removes ended runs beyond the limits with their seconds, seconds that were stored of runs that are
 * gone, and then files that nobody names any more, now and every ten minutes. Several controllers may do so at once: what one has removed the
 * other finds removed. Answers a function that ends it and waits for the removal under way.
 */
export function startRetention(options: RetentionOptions): () => Promise<void> {
  const stopping = new AbortController();
  let sweeping: Promise<void> | undefined;
  const begin = () => {
    sweeping ??= sweep(options, stopping.signal).finally(() => (sweeping = undefined));
  };
  begin();
  const timer = setInterval(begin, SWEEP_EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await sweeping;
  };
}

/** No part keeps another from its work. */
async function sweep(options: RetentionOptions, stopping: AbortSignal): Promise<void> {
  const { files, logger } = options;
  const failed = (what: string) => (error: unknown) =>
    logger.warn({ err: error }, `${what} could not be removed`);
  await sweepRuns(options, stopping).catch(failed("old runs"));
  await sweepSeconds(options, stopping).catch(failed("seconds without a run"));
  if (!stopping.aborted) await files.sweep(stopping).catch(failed("files that nobody names"));
}

async function sweepRuns(options: RetentionOptions, stopping: AbortSignal): Promise<void> {
  const { runs, limits, time, logger } = options;
  if (limits.days === 0 && limits.runs === 0) return;
  const expired = expiredRuns(await runs.ended(), limits, time.nowMs());
  const removed = await removeAll(expired, runs, stopping);
  if (removed > 0) logger.info({ removed, ...limits }, "old runs were removed");
}

async function sweepSeconds(options: RetentionOptions, stopping: AbortSignal): Promise<void> {
  const { runs, logger } = options;
  if (stopping.aborted) return;
  const orphans = await runs.orphans();
  await removeAll(orphans, runs, stopping);
  if (orphans.length > 0)
    logger.info({ runs: orphans.length }, "seconds without a run were removed");
}

/** Answers how many of the runs were there. */
async function removeAll(
  ids: readonly string[],
  runs: RetentionOptions["runs"],
  stopping: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const id of ids) {
    if (stopping.aborted) break;
    if (await runs.remove(id)) removed++;
    // The embedded store works in this thread, and others wait for it.
    await turn();
  }
  return removed;
}
