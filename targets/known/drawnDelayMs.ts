import { TargetError } from "../targetError.ts";
import { normalQuantile } from "./normalQuantile.ts";

/** The longest delay of any kind. What a distribution has beyond it is drawn as this. */
export const MAX_DELAY_MS = 3_600_000;
const MAX_SIGMA = 10;

export type DelayDistribution =
  | { kind: "exponential"; meanMs: number }
  | { kind: "uniform"; minMs: number; maxMs: number }
  /** `sigma` is the standard deviation of the logarithm. */
  | { kind: "lognormal"; medianMs: number; sigma: number };

/**
 * The delay of arrival `arrivalNumber` (0, 1, 2, …) under `--delay-distribution spec --seed seed`.
 * Pure, so the exact delays of any run can be computed beside it. Throws a TargetError for a spec
 * that the target refuses.
 */
export function drawnDelayMs(spec: string, seed: number, arrivalNumber: number): number {
  const distribution = parseDelayDistribution(spec);
  if (distribution === undefined) throw new TargetError("BAD_OPTIONS", distributionProblem(spec));
  return delayAtShare(distribution, drawnShare(seed, arrivalNumber));
}

/** Undefined for what `distributionProblem` describes. */
export function parseDelayDistribution(spec: string): DelayDistribution | undefined {
  const [kind, ...texts] = spec.split(":").map((piece) => piece.trim());
  if (!texts.every((text) => /^\d+(\.\d+)?$/.test(text))) return undefined;
  const [first = -1, second = -1] = texts.map(Number);
  if (first < 0 || first > MAX_DELAY_MS) return undefined;
  if (kind === "exponential" && texts.length === 1) return { kind, meanMs: first };
  if (texts.length !== 2) return undefined;
  if (kind === "uniform" && second >= first && second <= MAX_DELAY_MS) {
    return { kind, minMs: first, maxMs: second };
  }
  if (kind === "lognormal" && second <= MAX_SIGMA) {
    return { kind, medianMs: first, sigma: second };
  }
  return undefined;
}

export function distributionProblem(spec: string): string {
  return (
    `delayDistribution: ${JSON.stringify(spec)} is none of exponential:MEAN_MS, ` +
    `uniform:MIN_MS:MAX_MS (MIN_MS up to MAX_MS) and lognormal:MEDIAN_MS:SIGMA with milliseconds ` +
    `from 0 to ${MAX_DELAY_MS} and sigma from 0 to ${MAX_SIGMA}; write it like lognormal:50:0.5`
  );
}

/** The delay that the given share of all delays stays below; the share is never 0 or 1. */
export function delayAtShare(distribution: DelayDistribution, share: number): number {
  switch (distribution.kind) {
    case "exponential":
      return Math.min(MAX_DELAY_MS, -distribution.meanMs * Math.log1p(-share));
    case "uniform":
      return distribution.minMs + (distribution.maxMs - distribution.minMs) * share;
    case "lognormal": {
      const { medianMs, sigma } = distribution;
      return Math.min(MAX_DELAY_MS, medianMs * Math.exp(sigma * normalQuantile(share)));
    }
  }
}

/**
 * A share strictly between 0 and 1 for each arrival: a Weyl sequence, steps of the golden ratio
 * from a start that the seed scatters. Any run of n arrivals covers the shares evenly to about
 * 1/n, where independent draws would be off by 1/√n: with those, the p99 of 100,000 delays misses
 * its distribution's by 1 % in one seed of seven. In return neighbours are not independent.
 */
export function drawnShare(seed: number, arrivalNumber: number): number {
  const position = (scatter(seed) + Math.imul(arrivalNumber, 0x9e3779b9)) >>> 0;
  return (position + 0.5) / 2 ** 32;
}

/** MurmurHash3's 32-bit finalizer: neighbouring seeds land far apart. */
function scatter(seed: number): number {
  let bits = seed + 1;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
