/** What all are given too much, together, of what each carries: a share more would cost more. */
const EXCESS = 0.02;

/**
 * How much of each share goes to which taker, in the unit of `loads`: afterwards all carry the same,
 * except who carried more than that before. Shares are given whole where that fits. Each part but
 * the last of its share fills a taker up, so that m shares become at most m + n − 1 parts for n
 * takers, however often what was divided is lost and divided again.
 */
export function divideShares(loads: readonly number[], carried: readonly number[]): number[][] {
  const parts = loads.map(() => carried.map(() => 0));
  const level = levelOf(
    loads.reduce((sum, load) => sum + load, 0),
    carried,
  );
  const missing = carried.map((one) => Math.max(0, level - one));
  let spare = level * EXCESS;
  const largestFirst = [...loads.keys()].sort((a, b) => at(loads, b) - at(loads, a));
  for (const share of largestFirst) {
    for (let left = at(loads, share); left > 0;) {
      const most = Math.max(...missing);
      const taker = missing.indexOf(most);
      const part = left <= most + spare ? left : most;
      at(parts, share)[taker] = part;
      missing[taker] = most - part;
      spare -= Math.max(0, part - most);
      left -= part;
    }
  }
  return parts;
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
