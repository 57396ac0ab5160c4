/** What all are given too much, together, of what each carries: a share more would cost more. */
const EXCESS = 0.02;
/** Of what each carries afterwards, the least that is worth a part of its own. */
const LEAST_PART = 0.02;

/**
 * How much of each share goes to which taker, in the unit of `loads`: afterwards all carry the same,
 * except who carried more than that before. Shares are given whole where that fits. Each part but
 * the last of its share fills a taker up, so that m shares become at most m + n − 1 parts for n
 * takers, however often what was divided is lost and divided again. Of many takers those that carry
 * least get parts of some size: a thousandth of a share would cost its taker as much as a whole one.
 */
export function divideShares(loads: readonly number[], carried: readonly number[]): number[][] {
  const parts = loads.map(() => carried.map(() => 0));
  const load = loads.reduce((sum, one) => sum + one, 0);
  const most = Math.max(1, Math.floor(load / (LEAST_PART * levelOf(load, carried))));
  const takers = leastOf(carried, most);
  const level = levelOf(
    load,
    takers.map((taker) => at(carried, taker)),
  );
  const missing = carried.map(() => 0);
  for (const taker of takers) missing[taker] = Math.max(0, level - at(carried, taker));
  let spare = level * EXCESS;
  const largestFirst = [...loads.keys()].sort((a, b) => at(loads, b) - at(loads, a));
  for (const share of largestFirst) {
    for (let left = at(loads, share); left > 0;) {
      const room = Math.max(...missing);
      const taker = missing.indexOf(room);
      const part = left <= room + spare ? left : room;
      at(parts, share)[taker] = part;
      missing[taker] = room - part;
      spare -= Math.max(0, part - room);
      left -= part;
    }
  }
  return parts;
}

/** The places of the smallest values, as many as there are up to `most`. */
function leastOf(values: readonly number[], most: number): number[] {
  return [...values.keys()].sort((a, b) => at(values, a) - at(values, b)).slice(0, most);
}

/** To where `load` fills those up that carry least. */
function levelOf(load: number, carried: readonly number[]): number {
  let level = 0;
  let below = 0;
  let count = 0;
  for (const one of carried.toSorted((a, b) => a - b)) {
    if (count > 0 && level <= one) break;
    below += one;
    count += 1;
    level = (load + below) / count;
  }
  return level;
}

function at<T>(values: readonly T[], index: number): T {
  return values[index] as T;
}
