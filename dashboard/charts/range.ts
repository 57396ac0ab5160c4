/** What part of a run the charts show. */
export type Range =
  { kind: "all" } | { kind: "last"; seconds: number } | { kind: "span"; from: number; to: number };

export interface Span {
  from: number;
  to: number;
}

/** An axis shorter than this jumps too much in the first seconds of a run. */
const LEAST_SECONDS = 30;

/** The seconds a range covers now. `last` is the newest second, -1 before there is one. */
export function resolveRange(range: Range, last: number, plannedSeconds: number): Span {
  const least = Math.min(LEAST_SECONDS, Math.max(1, plannedSeconds));
  switch (range.kind) {
    case "span":
      return { from: range.from, to: range.to };
    case "last": {
      const to = Math.max(last, least);
      return { from: Math.max(0, to - range.seconds), to };
    }
    case "all":
      return { from: 0, to: Math.max(last, least) };
  }
}

/** A dragged span with its ends in order; undefined when it is too short to mean a zoom. */
export function dragSpan(a: number, b: number): Span | undefined {
  const span = { from: Math.min(a, b), to: Math.max(a, b) };
  return span.to - span.from >= 2 ? span : undefined;
}
