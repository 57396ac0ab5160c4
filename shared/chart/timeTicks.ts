const STEPS = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400],
  ...[21_600, 43_200, 86_400],
];

/** Round moments between two seconds, at most `most` of them. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const wanted = (to - from) / Math.max(1, most - 1);
  const step = STEPS.find((candidate) => candidate >= wanted) ?? 86_400;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}
