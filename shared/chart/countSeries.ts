import type { Series } from "./rows.ts";

type Counts = Readonly<Record<string, number>>;

const MOST_SERIES = 8;
const OTHER = "other";

const byStatusClass: Record<string, readonly string[]> = {
  "1": ["var(--c-gray)"],
  "2": ["var(--c-green)", "var(--c-teal)", "var(--c-lime)"],
  "3": ["var(--c-blue)", "var(--c-violet)"],
  "4": ["var(--c-amber)", "var(--c-orange)"],
  "5": ["var(--c-red)", "var(--c-crimson)"],
};

/** Green for 2xx, amber for 4xx, red for 5xx; 200, 400 and 500 get the plain shade of each. */
export function statusColor(code: string): string {
  const shades = byStatusClass[code[0] ?? ""] ?? ["var(--c-gray)"];
  return shades[Number(code.slice(1)) % shades.length] ?? "var(--c-gray)";
}

const errorColors = ["red", "orange", "violet", "amber", "crimson", "blue", "teal", "lime"];

export function errorColor(_: string, index: number): string {
  return `var(--c-${errorColors[index % errorColors.length] ?? "red"})`;
}

/**
 * Stacked series for counts by name: the names in order, at most eight; when there are more, the
 * rarest are added up as "other".
 */
export function countSeries(
  perSecond: readonly Counts[],
  color: (name: string, index: number) => string,
): { series: Series[]; value: (counts: Counts, key: string) => number } {
  const totals = new Map<string, number>();
  for (const counts of perSecond) {
    for (const [name, count] of Object.entries(counts)) {
      totals.set(name, (totals.get(name) ?? 0) + count);
    }
  }
  const all = [...totals].filter(([, total]) => total > 0);
  const ranked = all.sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const own = ranked.length > MOST_SERIES ? ranked.slice(0, MOST_SERIES - 1) : ranked;
  const rest = ranked.slice(own.length);
  const names = [...own].sort();
  const series = names.map<Series>((name, index) => ({
    key: name,
    label: name,
    color: color(name, index),
    shape: "stack",
  }));
  if (rest.length > 0) {
    series.push({ key: OTHER, label: OTHER, color: "var(--c-gray)", shape: "stack" });
  }
  const value = (counts: Counts, key: string) =>
    key === OTHER && rest.length > 0
      ? rest.reduce((sum, name) => sum + (counts[name] ?? 0), 0)
      : (counts[key] ?? 0);
  return { series, value };
}
