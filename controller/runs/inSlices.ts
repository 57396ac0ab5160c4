import { setImmediate as turn } from "node:timers/promises";

const SLICE = 50;

/** Maps a long list in slices, so that nothing else has to wait for all of it. */
export async function inSlices<T, R>(items: readonly T[], map: (item: T) => R): Promise<R[]> {
  const mapped: R[] = [];
  for (let from = 0; from < items.length; from += SLICE) {
    if (from > 0) await turn();
    for (const item of items.slice(from, from + SLICE)) mapped.push(map(item));
  }
  return mapped;
}
