import type { HeadRoom, Health } from "./delta.ts";

/** The part of a limit below which head-room counts as nearly gone. */
const LOW_HEAD_ROOM = 0.05;

export function isLow({ left, limit }: HeadRoom): boolean {
  return left < limit * LOW_HEAD_ROOM;
}

export function isKnown(headRoom: HeadRoom | null | undefined): headRoom is HeadRoom {
  return headRoom !== null && headRoom !== undefined;
}

/** The one with less left. What is not known gives way to what is. */
export function scarcer(
  a: HeadRoom | null | undefined,
  b: HeadRoom | null | undefined,
): HeadRoom | null | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if (a === null || b === null) return a ?? b;
  // Cross-multiplied: parts of different limits compare without rounding.
  const [left, right] = [a.left * b.limit, b.left * a.limit];
  if (left !== right) return left < right ? a : b;
  return a.limit <= b.limit ? a : b;
}

function higher(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}

const optional = [
  ...(["processCpu", "latenessP99Ms", "inFlight", "connections", "gcMs", "gcMaxMs"] as const),
];

/**
 * Two reports of the same worker and second as one. A report holds what the worker knew of the
 * second by then, so the higher figure is the more complete one; whatever the order, and whether
 * one comes twice, the result is the same.
 */
export function mergeHealth(a: Health, b: Health): Health {
  const merged: Health = {
    second: a.second,
    cpu: Math.max(a.cpu, b.cpu),
    rssBytes: Math.max(a.rssBytes, b.rssBytes),
    mbps: Math.max(a.mbps, b.mbps),
    lagMs: Math.max(a.lagMs, b.lagMs),
  };
  for (const name of optional) {
    const value = higher(a[name], b[name]);
    if (value !== undefined) merged[name] = value;
  }
  for (const name of ["ports", "files"] as const) {
    const value = scarcer(a[name], b[name]);
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}
