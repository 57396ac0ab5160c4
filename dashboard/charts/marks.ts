import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { Span } from "./range.ts";

/** A stretch of seconds that a chart shades. Ends lie half a second outside. */
export interface Mark {
  kind: "partial" | "lost" | "bad" | "sla";
  from: number;
  to: number;
  count: number;
  /** Of bad seconds, and where SLA lines broke: why, by second. */
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

/** Where SLA lines were broken first, counted in lines. */
export function slaMarks(results: readonly SlaResult[], { from, to }: Span): Mark[] {
  const broken = results.filter(
    (one): one is SlaResult & { failedAtSecond: number } =>
      one.failedAtSecond !== null && one.failedAtSecond >= from && one.failedAtSecond <= to,
  );
  const seconds = Map.groupBy(broken, ({ failedAtSecond }) => failedAtSecond);
  return [...seconds].map(([second, lines]) => ({
    ...{ kind: "sla", from: second - 0.5, to: second + 0.5, count: lines.length },
    reasons: new Map([
      [second, lines.map(({ name, text, reason }) => `${name ?? text}: ${reason}`)],
    ]),
  }));
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
