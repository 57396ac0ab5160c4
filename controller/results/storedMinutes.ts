import { setImmediate as turn } from "node:timers/promises";
import type { SecondStore, StoredMinute } from "./secondStore.ts";

/** A busy minute is about 1 MB, and takes many times that once it is unpacked. */
const MINUTES_PER_READ = 5;

/**
 * All minutes of a run up to `last`, ascending; without it as far as there are any. Single ones may
 * be missing: in a minute that is still open nothing may have been said yet.
 *
 * A day has 1,440: they are read a few at a time, the next ones while these are used, and between
 * two of them everything else has its turn, so that neither leases nor other runs wait for a long
 * run to be gone through.
 */
export async function* storedMinutes(
  store: Pick<SecondStore, "read">,
  runId: string,
  last = Infinity,
): AsyncGenerator<StoredMinute, void> {
  const read = (first: number) => {
    const minutes = store.read(runId, first, Math.min(last, first + MINUTES_PER_READ - 1));
    // It may fail before it is waited for, or when nobody goes on.
    minutes.catch(() => {});
    return minutes;
  };
  let next = read(0);
  for (let first = 0; first <= last; first += MINUTES_PER_READ) {
    const minutes = await next;
    if (minutes.length === 0 && last === Infinity) return;
    if (first + MINUTES_PER_READ <= last) next = read(first + MINUTES_PER_READ);
    for (const minute of minutes) {
      yield minute;
      await turn();
    }
  }
}
