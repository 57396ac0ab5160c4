import type { HistogramDocument } from "@onrush/shared/report/runHistogram.ts";
import { count, ms } from "./formatNumbers.ts";

const BAR_WIDTH = 40;
const MAX_ROWS = 20;

type Buckets = HistogramDocument["buckets"];

/** 1, 2, 5, 10, 20, … times a power of ten: the edges that a range is drawn with. */
function edges(fromMs: number, toMs: number): number[] {
  const list: number[] = [];
  for (let power = -3; power <= 7; power++) {
    for (const digit of [1, 2, 5]) list.push(digit * 10 ** power);
  }
  const above = list.findIndex((edge) => edge > toMs);
  const below = list.findLastIndex((edge) => edge <= fromMs);
  return list.slice(Math.max(0, below), (above < 0 ? list.length : above) + 1);
}

/** So many equal parts of the range instead, where its edges would leave nearly everything in one row. */
function evenEdges(fromMs: number, toMs: number, parts: number): number[] {
  const width = (toMs - fromMs) / parts;
  return Array.from({ length: parts + 1 }, (_, i) => fromMs + i * width);
}

function rowsOf(buckets: Buckets, at: readonly number[]): number[] {
  const rows = Array.from({ length: at.length - 1 }, () => 0);
  for (const bucket of buckets) {
    // A bucket of the measurement is far narrower than a row.
    const middle = (bucket.fromMs + bucket.toMs) / 2;
    const index = at.findLastIndex((edge) => edge <= middle);
    const row = Math.min(rows.length - 1, Math.max(0, index));
    rows[row] = (rows[row] ?? 0) + bucket.count;
  }
  return rows;
}

const MAX_MORE_DECIMALS = 4;

/** With so many decimals that neighbours differ, if they do at all. */
function edgeTexts(at: readonly number[]): string[] {
  for (let more = 0; ; more++) {
    const texts = at.map((edge) => ms(edge, more));
    if (more === MAX_MORE_DECIMALS || texts.every((text, i) => text !== texts[i + 1])) return texts;
  }
}

/** How many requests took how long, drawn as bars. Empty without a latency. */
export function latencyHistogram({ buckets }: Pick<HistogramDocument, "buckets">): string[] {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return [];
  let at = edges(first.fromMs, last.toMs);
  if (at.length < 5 || at.length > MAX_ROWS) at = evenEdges(first.fromMs, last.toMs, 8);
  const rows = first.fromMs === last.toMs ? [first.count] : rowsOf(buckets, at);
  const all = rows.reduce((sum, row) => sum + row, 0);
  const most = Math.max(...rows);
  const texts = first.fromMs === last.toMs ? at.map((edge) => ms(edge)) : edgeTexts(at);
  const labels = rows.map((_, i) => `${texts[i] ?? ""} – ${texts[i + 1] ?? ""}`);
  const width = Math.max(...labels.map((label) => label.length));
  const counts = rows.map((row) => count(row));
  const countWidth = Math.max(...counts.map((text) => text.length));
  return rows.map((row, i) => {
    const bar = row === 0 ? 0 : Math.max(1, Math.round((row / most) * BAR_WIDTH));
    const percent = `${((100 * row) / all).toFixed(1)} %`.padStart(7);
    const head = `    ${(labels[i] ?? "").padStart(width)}  ${(counts[i] ?? "").padStart(countWidth)}`;
    return `${head} ${percent}  ${"█".repeat(bar)}`.trimEnd();
  });
}
