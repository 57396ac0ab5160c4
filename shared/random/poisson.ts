import type { HashSequence } from "./hashRandom.ts";

const SMALL_MEAN = 10;

/** ln(k!) by Stirling's series; the error is below 1e-9 from k = 10 on, smaller ones are summed. */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

/** Multiplication of uniforms (Knuth, The Art of Computer Programming, 3.4.1). */
function smallPoisson(mean: number, random: HashSequence): number {
  const limit = Math.exp(-mean);
  let product = random.next();
  let count = 0;
  while (product > limit) {
    product *= random.next();
    count++;
  }
  return count;
}

/** Transformed rejection with squeeze, PTRS (Hörmann 1993), for means of 10 and above. */
function largePoisson(mean: number, random: HashSequence): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = random.next() - 0.5;
    const v = random.next();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = Math.log((v * inverseAlpha) / (a / (us * us) + b));
    if (left <= k * logMean - mean - logFactorial(k)) return k;
  }
}

/** A draw from the Poisson distribution with this mean (0 and above). */
export function poissonDraw(mean: number, random: HashSequence): number {
  if (mean <= 0) return 0;
  return mean < SMALL_MEAN ? smallPoisson(mean, random) : largePoisson(mean, random);
}
