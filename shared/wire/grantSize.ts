/** Asks for everything that is left, without leaving others their part. */
export const WANT_ALL = Number.MAX_SAFE_INTEGER;

/**
 * How many of the `left` iterations a claim gets: never more than half a fair part of them, so that
 * all have something to do until the end (guided self-scheduling, Polychronopoulos and Kuck 1987).
 */
export function grantSize(left: number, want: number, parts: number): number {
  if (want === WANT_ALL) return left;
  return Math.min(left, want, Math.max(1, Math.ceil(left / (2 * parts))));
}
