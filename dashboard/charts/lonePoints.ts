import type { ChartRow } from "@onrush/shared/chart/rows.ts";

/** Points without a neighbour on either side: a line would not show them. */
export function lonePoints(rows: readonly ChartRow[], key: string): ReadonlySet<number> {
  const isGap = (index: number) => (rows[index]?.[key] ?? null) === null;
  const lone = rows.flatMap(({ at }, i) => (!isGap(i) && isGap(i - 1) && isGap(i + 1) ? [at] : []));
  return new Set(lone);
}
