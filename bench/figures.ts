import { median } from "./statistics.ts";

/** Everything that may be measured of a contender in one round, and how it is shown. */
export const figures = {
  requestsPerSecond: { label: "requests/s", digits: 0, spread: true },
  cpuUsPerRequest: { label: "CPU µs/request", digits: 2, spread: true },
  p50Ms: { label: "p50 ms", digits: 2, spread: false },
  p99Ms: { label: "p99 ms", digits: 2, spread: false },
  startedPercent: { label: "started %", digits: 3, spread: true },
  latenessP50Ms: { label: "late p50 ms", digits: 2, spread: false },
  latenessP99Ms: { label: "late p99 ms, median second", digits: 2, spread: true },
  latenessRunP99Ms: { label: "late p99 ms, all", digits: 2, spread: false },
  generatorCpu: { label: "own CPU %", digits: 0, spread: false, percent: true },
  targetCpu: { label: "target CPU %", digits: 0, spread: false, percent: true },
  othersCpu: { label: "others' CPU %", digits: 0, spread: false, percent: true },
  residentMb: { label: "RSS MB", digits: 0, spread: false },
  growthPercent: { label: "growth %", digits: 1, spread: false },
  kbPerUser: { label: "KB per user", digits: 1, spread: false },
  overheadMs: { label: "longer than its load in ms", digits: 0, spread: true },
  startMs: { label: "first request after ms", digits: 0, spread: true },
  skewMs: { label: "start skew ms", digits: 1, spread: true },
  toldSkewMs: { label: "told skew ms", digits: 1, spread: false },
  wholeMs: { label: "whole command ms", digits: 0, spread: true },
  invalid: { label: "not VALID", digits: 0, spread: false },
  messagesPerSecond: { label: "messages/s", digits: 0, spread: false },
  cpuUsPerMessage: { label: "CPU µs/message", digits: 0, spread: false },
  publishP99Ms: { label: "published p99 ms", digits: 0, spread: false },
  intakeP99Ms: { label: "own part p99 ms", digits: 0, spread: false },
  partialSeconds: { label: "partial", digits: 0, spread: false },
  unaccounted: { label: "unaccounted", digits: 0, spread: false },
  failed: { label: "failed", digits: 0, spread: false },
} as const satisfies Record<
  string,
  { label: string; digits: number; spread: boolean; percent?: boolean }
>;

export type FigureName = keyof typeof figures;

/** Shares (generatorCpu, targetCpu, othersCpu) are of one core, 1 being all of it. What was not measured is left out. */
export type Sample = Partial<Record<FigureName, number>>;

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export interface ContenderResult {
  name: string;
  rounds: number;
  figures: Partial<Record<FigureName, Spread>>;
}

export interface GroupResult {
  name: string;
  title: string;
  /** What the group's table shows, in this order. */
  columns: readonly FigureName[];
  contenders: ContenderResult[];
  /** What a reader has to know: who was not found, what was not measured. */
  notes: string[];
}

/** Each figure over all rounds that have it. */
export function summarise(name: string, samples: readonly Sample[]): ContenderResult {
  const result: ContenderResult = { name, rounds: samples.length, figures: {} };
  for (const figure of Object.keys(figures) as FigureName[]) {
    const values = samples.map((sample) => sample[figure]).filter((value) => value !== undefined);
    if (values.length === 0) continue;
    result.figures[figure] = {
      median: median(values),
      min: Math.min(...values),
      max: Math.max(...values),
    };
  }
  return result;
}

/** The median of one figure, or undefined when it was not measured. */
export function medianOf(
  groups: readonly GroupResult[],
  group: string,
  contender: string,
  figure: FigureName,
): number | undefined {
  return groups
    .find(({ name }) => name === group)
    ?.contenders.find(({ name }) => name === contender)?.figures[figure]?.median;
}
