import { valueTicks } from "../../chart/valueTicks.ts";
import { formatCount, formatMs, formatShort } from "../../format/numbers.ts";
import type { Histogram } from "../../metrics/histogram.ts";
import { highestAt, lowestAt } from "../../metrics/histogramLayout.ts";
import { percentileUs } from "../../metrics/percentileUs.ts";
import { html, type Html } from "./html.ts";
import { axes, drawing, figure, PLOT, xScale, yScale } from "./plot.ts";

/** The latencies of a whole run, drawn. */

export interface Latencies {
  response: Histogram;
  service: Histogram;
}

const kinds = [
  { key: "response", label: "response (from due)", color: "var(--c-blue)" },
  { key: "service", label: "service (from sent)", color: "var(--c-teal)" },
] as const;

const percentTicks = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999];
/** 90 % is 1, 99 % is 2: each step to the right leaves a tenth of the requests. */
const nines = (percent: number) => Math.log10(100 / (100 - percent));
const POINTS = 120;

/** From the fastest to the slowest, the slowest drawn widest. */
export function percentileChart(latencies: Latencies): Html {
  const most = Math.max(latencies.response.total, latencies.service.total, 10);
  const last = Math.log10(most);
  const top = Math.max(latencies.response.maxUs, latencies.service.maxUs) / 1000;
  const values = valueTicks(top);
  const x = xScale(0, last);
  const y = yScale(values.at(-1) ?? 1);
  const lines = kinds.map(({ key, color }) => {
    const histogram = latencies[key];
    if (histogram.total === 0) return null;
    const own = Math.log10(Math.max(1, histogram.total));
    const points = Array.from({ length: POINTS + 1 }, (_, i) => {
      const at = (own * i) / POINTS;
      const percent = 100 * (1 - 10 ** -at);
      return `${x(at)},${y(percentileUs(histogram, percent) / 1000)}`;
    });
    return html`<polyline class="line" stroke="${color}" points="${points.join(" ")}" />`;
  });
  const xTicks = percentTicks.filter((percent) => nines(percent) <= last);
  const content = html`${axes(
    xTicks.map((percent) => ({ at: x(nines(percent)), label: `${percent} %` })),
    values.map((at) => ({ at: y(at), label: formatMs(at) })),
  )}${lines}`;
  return figure("Latency by percentile", "", kinds, drawing("Latency by percentile", content));
}

const BINS = 56;

interface Bins {
  fromLog: number;
  toLog: number;
  counts: number[];
}

/** Bins of equal ratio, as latencies differ by factors. */
function bins(histogram: Histogram, fromLog: number, toLog: number): Bins {
  const counts = Array.from({ length: BINS }, () => 0);
  for (let i = histogram.firstIndex; i <= histogram.lastIndex; i++) {
    const count = histogram.counts[i] as number;
    if (count === 0) continue;
    const middleUs = Math.max(1, (lowestAt(i) + highestAt(i)) / 2);
    const at = (BINS * (Math.log10(middleUs) - fromLog)) / (toLog - fromLog);
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(at)));
    counts[bin] = (counts[bin] ?? 0) + count;
  }
  return { fromLog, toLog, counts };
}

/** 1, 2 and 5 of each power of ten within the range, in microseconds; whole powers when many. */
function roundUs(fromLog: number, toLog: number): number[] {
  const factors = toLog - fromLog > 2.5 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(fromLog); power <= toLog; power++) {
    ticks.push(...factors.map((factor) => factor * 10 ** power));
  }
  return ticks.filter((us) => Math.log10(us) >= fromLog && Math.log10(us) <= toLog);
}

/** How often each latency was seen; the axis of latencies is logarithmic. */
export function latencyHistogram(latencies: Latencies): Html {
  const seen = [latencies.response, latencies.service].filter(({ total }) => total > 0);
  const least = Math.max(1, Math.min(...seen.map(({ minUs }) => minUs), Infinity));
  const most = Math.max(least, ...seen.map(({ maxUs }) => maxUs));
  // A little room, and some width when all latencies are the same.
  const fromLog = (Number.isFinite(least) ? Math.log10(least) : 0) - 0.05;
  const toLog = (Number.isFinite(most) ? Math.log10(most) : 1) + 0.05;
  const all = kinds.map((kind) => ({ ...kind, ...bins(latencies[kind.key], fromLog, toLog) }));
  const values = valueTicks(Math.max(...all.flatMap(({ counts }) => counts)));
  const x = xScale(fromLog, toLog);
  const y = yScale(values.at(-1) ?? 1);
  const edges = Array.from({ length: BINS + 1 }, (_, bin) => {
    return fromLog + ((toLog - fromLog) * bin) / BINS;
  });
  const bars = all.flatMap(({ label, color, counts, key }) => [
    counts.map((count, bin) => {
      if (count === 0) return null;
      const [from = 0, to = 0] = edges.slice(bin, bin + 2);
      const [a, b] = [x(from), x(to)];
      const ends = [from, to].map((log) => formatMs(10 ** log / 1000)).join(" to ");
      return html`<rect
        x="${a}"
        y="${y(count)}"
        width="${Math.max(0.5, b - a - 1)}"
        height="${Math.max(0.5, PLOT.bottom - y(count))}"
        fill="${color}"
        fill-opacity="${key === "response" ? 0.5 : 0}"
        ><title>${ends}: ${formatCount(count)}, ${label}</title></rect
      >`;
    }),
    // Bars over bars could not be told apart.
    key === "response"
      ? null
      : html`<polyline
          class="line"
          stroke="${color}"
          points="${counts
            .flatMap((count, bin) => edges.slice(bin, bin + 2).map((at) => `${x(at)},${y(count)}`))
            .join(" ")}"
        />`,
  ]);
  const content = html`${axes(
    roundUs(fromLog, toLog).map((us) => ({ at: x(Math.log10(us)), label: formatMs(us / 1000) })),
    values.map((at) => ({ at: y(at), label: formatShort(at) })),
  )}${bars}`;
  const unit = "requests by latency, logarithmic";
  return figure("Latency histogram", unit, kinds, drawing("Latency histogram", content));
}
