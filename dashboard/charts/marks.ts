import type { SecondView } from "@onrush/shared/api/secondView.ts";

/** A stretch of seconds that a chart shades. Ends lie half a second outside. */
export interface Mark {
  kind: "partial" | "lost" | "bad";
  from: number;
  to: number;
  count: number;
  /** Of bad seconds: why, by second. */
  reasons?: ReadonlyMap<number, readonly string[]>;
}

function stretches(
  seconds: readonly SecondView[],
  kind: Mark["kind"],
  amount: (second: SecondView) => number,
): Mark[] {
  const marks: Mark[] = [];
  for (const second of seconds) {
    const count = amount(second);
    if (count === 0) continue;
    const last = marks.at(-1);
    if (last?.to === second.second - 0.5) {
      last.to = second.second + 0.5;
      last.count += count;
    } else {
      marks.push({ kind, from: second.second - 0.5, to: second.second + 0.5, count });
    }
  }
  return marks;
}

/** Seconds that tell of the generator, each with its reasons. */
function badMarks(seconds: readonly SecondView[]): Mark[] {
  const reasons = new Map(seconds.map(({ second, bad }) => [second, bad]));
  const marks = stretches(seconds, "bad", ({ bad }) => (bad.length > 0 ? 1 : 0));
  return marks.map((mark) => ({ ...mark, reasons }));
}

/**
 * Seconds still partial (counted in seconds), seconds with lost arrivals (in arrivals), and seconds
 * in which the generator was at its limit (in seconds).
 */
export function secondMarks(seconds: readonly SecondView[]): Mark[] {
  return [
    ...stretches(seconds, "partial", (second) => (second.partial ? 1 : 0)),
    ...stretches(seconds, "lost", (second) => second.lost),
    ...badMarks(seconds),
  ];
}
