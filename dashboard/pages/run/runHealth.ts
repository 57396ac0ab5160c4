import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { mergeHealth } from "@onrush/shared/metrics/health.ts";

export type Health = SecondView["workers"][string];

export interface HealthView {
  workers: [string, Health][];
  bad: readonly string[];
  /** The second it is of; null when it is of the whole run. */
  second: number | null;
}

const byName = ([a]: [string, Health], [b]: [string, Health]) => (a < b ? -1 : 1);

/**
 * How the generator is: in the newest second that workers told of while a run lives (the last ones
 * hold only late answers), at its worst once it has ended, when that second says nothing of it.
 */
export function runHealth(seconds: readonly SecondView[], ended: boolean): HealthView | undefined {
  const newest = seconds.findLast(({ workers }) => Object.keys(workers).length > 0);
  if (newest === undefined) return undefined;
  if (!ended) {
    const { workers, bad, second } = newest;
    return { workers: Object.entries(workers).sort(byName), bad, second };
  }
  const worst = new Map<string, Health>();
  for (const { workers } of seconds) {
    for (const [id, health] of Object.entries(workers)) {
      const old = worst.get(id);
      worst.set(id, old === undefined ? health : mergeHealth(old, health));
    }
  }
  return { workers: [...worst].sort(byName), bad: [], second: null };
}
