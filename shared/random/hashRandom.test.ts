import { describe, expect, test } from "vitest";
import { hash32, HashSequence, uniformAt } from "./hashRandom.ts";

/** Pearson's chi-square over 100 equal classes; beyond 200 has a chance of about 1 in 10^8. */
function chiSquare(values: readonly number[]): number {
  const counts = Array.from({ length: 100 }, () => 0);
  for (const value of values) counts[Math.floor(value * 100)]! += 1;
  const expected = values.length / 100;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe.each<[string, (i: number) => number]>([
  ["over its index", (i) => uniformAt(1, 2, i)],
  ["over its stream", (i) => uniformAt(1, i, 2)],
  ["over its seed", (i) => uniformAt(i, 1, 2)],
  ["over large indices", (i) => uniformAt(1, 2, 2 ** 40 + i)],
  ["over indices that differ in the high word only", (i) => uniformAt(1, 2, i * 2 ** 32)],
])("a uniform number", (name, at) => {
  const values = Array.from({ length: 100_000 }, (_, i) => at(i));

  test(`${name} fills every class alike`, () => {
    expect(chiSquare(values)).toBeLessThan(200);
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
  });

  test(`${name} does not follow from the one before`, () => {
    const mean = 0.5;
    let sum = 0;
    for (let i = 1; i < values.length; i++) {
      sum += ((values[i] as number) - mean) * ((values[i - 1] as number) - mean);
    }
    // The correlation of 100,000 independent pairs has a standard deviation of 0.0032.
    expect(Math.abs(sum / values.length / (1 / 12))).toBeLessThan(0.02);
  });
});

describe("a sequence", () => {
  const take = (sequence: HashSequence, length: number) =>
    Array.from({ length }, () => sequence.next());

  test("is the same for the same three numbers and another for any other", () => {
    const first = take(new HashSequence(1, 2, 3), 5);
    expect(take(new HashSequence(1, 2, 3), 5)).toEqual(first);
    for (const [seed, stream, index] of [
      [2, 2, 3] as const,
      [1, 3, 3] as const,
      [1, 2, 4] as const,
    ]) {
      expect(take(new HashSequence(seed, stream, index), 5)).not.toEqual(first);
    }
  });

  test("fills every class alike", () => {
    expect(chiSquare(take(new HashSequence(7, 0, 0), 100_000))).toBeLessThan(200);
  });
});

test("a hash tells its three numbers apart", () => {
  const hashes = new Set<number>();
  for (let seed = 0; seed < 10; seed++) {
    for (let stream = 0; stream < 10; stream++) {
      for (let index = 0; index < 10; index++) hashes.add(hash32(seed, stream, index));
    }
  }
  expect(hashes.size).toBe(1000);
});
