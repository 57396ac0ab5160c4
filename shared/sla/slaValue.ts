import type { Histogram } from "../metrics/histogram.ts";
import { MAX_VALUE_US } from "../metrics/histogramLayout.ts";
import { latencyStats } from "../metrics/latencyStats.ts";
import { percentileUs } from "../metrics/percentileUs.ts";
import type { SlaLine, SlaUnit, Statistic } from "./slaLine.ts";
import type { SlaSeries, Unanswered } from "./slaSeries.ts";

function statisticMs(histogram: Histogram, statistic: Statistic): number {
  if (typeof statistic === "object") return percentileUs(histogram, statistic.percent) / 1000;
  return latencyStats(histogram)[statistic];
}

/** Until when something had no answer, in seconds of the run. */
export interface Waiting extends Unanswered {
  untilSeconds: number;
}

/** When a line is judged. */
export interface SlaMoment {
  /** Seconds of load that are looked at: what a rate is of. */
  seconds: number;
  unanswered: readonly Waiting[];
  /** Whether what is unanswered may still come to be answered. */
  isLive: boolean;
}

/**
 * What the unanswered have taken at least. What has waited for less than a second tells nothing: it
 * is left to its answer.
 */
function agesOf({ unanswered }: SlaMoment) {
  return unanswered.flatMap(({ second, count, untilSeconds }) => {
    const ageUs = Math.min((untilSeconds - second - 1) * 1e6, MAX_VALUE_US);
    return ageUs >= 1e6 ? [{ valueUs: Math.floor(ageUs), count }] : [];
  });
}

function countedValue({ metric, unit }: SlaLine, series: SlaSeries, moment: SlaMoment) {
  if (metric.kind !== "counted" || unit !== "%") return series.part;
  let { part, whole } = series;
  const isOfAnswers = !["checks", "dropped", "lost"].includes(metric.name);
  if (moment.isLive && isOfAnswers) {
    // Failures may be quicker than answers: what is unanswered has not failed yet.
    const open = moment.unanswered.reduce((sum, { count }) => sum + count, 0);
    whole += open;
    if (metric.name === "successRate") part += open;
  }
  return whole === 0 ? null : (100 * part) / whole;
}

/** What a line compares, in its unit; null when there is nothing to judge by. */
export function slaValue(line: SlaLine, series: SlaSeries, moment: SlaMoment): number | null {
  const { metric } = line;
  switch (metric.kind) {
    case "latency": {
      // What is begun may still wait for a connection, which is no service time.
      const hasAges = metric.of === "response" || metric.of === "iteration";
      const ages = hasAges ? agesOf(moment) : [];
      return series.histogram.read(ages, (histogram) =>
        histogram.total === 0 ? null : statisticMs(histogram, metric.statistic),
      );
    }
    case "rate":
      return moment.seconds > 0 ? series.part / moment.seconds : null;
    case "counted":
      return countedValue(line, series, moment);
  }
}

const suffixes: Record<SlaUnit, string> = {
  ms: " ms",
  "%": " %",
  rps: "/s",
  count: "",
  bytes: " bytes",
};

/** For people. */
export const slaNumber = (value: number, unit: SlaUnit) =>
  `${Math.round(value * 1000) / 1000}${suffixes[unit]}`;
