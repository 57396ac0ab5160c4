import type { ChartRow, Series } from "./rows.ts";

const FACTORS = [1, 2, 2.5, 5, 10];
const INTERVALS = 4;

/** Round values from 0 to at least `top`, in four or five steps. */
export function valueTicks(top: number): number[] {
  if (!(top > 0)) return [0, 1];
  const rough = top / INTERVALS;
  const scale = 10 ** Math.floor(Math.log10(rough));
  const factor = FACTORS.find((one) => one * scale >= rough * 0.999) ?? 10;
  const step = factor * scale;
  const count = Math.ceil(top / step - 1e-9);
  // Multiplied, not added up: 3 × 0.1 is rounded once.
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** The highest point of what is drawn: the tallest line, or the tallest stack. */
export function highest(rows: readonly ChartRow[], series: readonly Series[]): number {
  const stack = series.filter((one) => one.shape === "stack");
  return rows.reduce((top, row) => {
    const stacked = stack.reduce((sum, { key }) => sum + (row[key] ?? 0), 0);
    return Math.max(top, stacked, ...series.map(({ key }) => row[key] ?? 0));
  }, 0);
}
