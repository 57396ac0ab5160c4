import type { ChartRow } from "@onrush/shared/chart/rows.ts";

/** More points per line cost frames and show nothing more (docs: 19 ms per update at 600). */
export const MAX_POINTS = 600;

function buckets(rows: readonly ChartRow[], count: number): ChartRow[][] {
  // Whole sizes keep the borders where they are while a live run grows.
  const size = Math.ceil(rows.length / count);
  const out: ChartRow[][] = [];
  for (let i = 0; i < rows.length; i += size) out.push(rows.slice(i, i + size));
  return out;
}

/** The lowest and highest value of a line in a bucket, in the order they occurred. */
function extremes(bucket: readonly ChartRow[], key: string): [number | null, number | null] {
  let low: { value: number; index: number } | undefined;
  let high: { value: number; index: number } | undefined;
  bucket.forEach((row, index) => {
    const value = row[key] ?? null;
    if (value === null) return;
    if (low === undefined || value < low.value) low = { value, index };
    if (high === undefined || value > high.value) high = { value, index };
  });
  if (low === undefined || high === undefined) return [null, null];
  return low.index <= high.index ? [low.value, high.value] : [high.value, low.value];
}

/** At most `max` rows; every peak and every dip of every line is still there. */
export function thinLines(
  rows: readonly ChartRow[],
  keys: readonly string[],
  max = MAX_POINTS,
): ChartRow[] {
  if (rows.length <= max) return [...rows];
  return buckets(rows, Math.floor(max / 2)).flatMap((bucket) => {
    const middle = bucket[Math.floor(bucket.length / 2)]?.at ?? 0;
    const first: ChartRow = { at: bucket[0]?.at ?? middle };
    const second: ChartRow = { at: middle };
    for (const key of keys) [first[key], second[key]] = extremes(bucket, key);
    return bucket.length === 1 ? [first] : [first, second];
  });
}

/** At most `max` rows, each the highest of its bucket as a whole: parts of a stack stay together. */
export function thinStack(
  rows: readonly ChartRow[],
  keys: readonly string[],
  max = MAX_POINTS,
): ChartRow[] {
  if (rows.length <= max) return [...rows];
  const height = (row: ChartRow) => keys.reduce((sum, key) => sum + (row[key] ?? 0), 0);
  return buckets(rows, max).flatMap((bucket) => {
    const top = bucket.reduce<ChartRow | undefined>(
      (best, row) => (best === undefined || height(row) > height(best) ? row : best),
      undefined,
    );
    return top === undefined ? [] : [top];
  });
}
