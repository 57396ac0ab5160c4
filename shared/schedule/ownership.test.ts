import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Ownership,
  type OwnershipLevel,
  ownerPattern,
  reduceWeights,
  split,
  type Weights,
} from "./ownership.ts";

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const partsOf = (weights: Weights) => (typeof weights === "number" ? weights : weights.length);

const anyWeights: fc.Arbitrary<Weights> = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
  fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 5 }),
);

const owned = (levels: OwnershipLevel[], below: number) => {
  const ownership = new Ownership(levels);
  const count = ownership.ownedBelow(below);
  return Array.from({ length: count }, (_, local) => ownership.arrival(local));
};

describe("ownerPattern", () => {
  test.each<[number[], number[]]>([
    [[1], [0]],
    [
      [1, 1, 1],
      [0, 1, 2],
    ],
    [
      [5, 5],
      [0, 1],
    ],
    [
      [2, 1],
      [0, 1, 0],
    ],
    [
      [3, 1],
      [0, 0, 1, 0],
    ],
    [
      [1, 2, 3],
      [2, 1, 2, 0, 1, 2],
    ],
  ])("weights %j own positions %j", (weights, pattern) => {
    // Which one goes first among equals may change; how many of each may not.
    const byOwner = (a: number, b: number) => a - b;
    expect(ownerPattern(weights).sort(byOwner)).toEqual(pattern.toSorted(byOwner));
    expect(ownerPattern(weights)).toHaveLength(sum(reduceWeights(weights)));
  });

  test("in every prefix each part has its proportion to within less than one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 }),
        (weights) => {
          const reduced = reduceWeights(weights);
          const period = sum(reduced);
          const taken = reduced.map(() => 0);
          ownerPattern(weights).forEach((owner, i) => {
            expect(owner).toBeGreaterThanOrEqual(0);
            taken[owner] = (taken[owner] as number) + 1;
            const off = taken.map((t, k) =>
              Math.abs(t - ((i + 1) * (reduced[k] as number)) / period),
            );
            expect(Math.max(...off)).toBeLessThan(1);
          });
          expect(taken).toEqual(reduced);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("reduceWeights", () => {
  test.each<[number[], number[]]>([
    [[7], [1]],
    [
      [10, 20, 30],
      [1, 2, 3],
    ],
    [
      [3, 5],
      [3, 5],
    ],
    [
      [2_000_000, 1_000_000],
      [2, 1],
    ],
  ])("%j", (weights, reduced) => {
    expect(reduceWeights(weights)).toEqual(reduced);
  });

  test("more parts than 1024 make a longer period", () => {
    const reduced = reduceWeights(Array.from({ length: 5000 }, () => 4));
    expect(reduced).toEqual(Array.from({ length: 5000 }, () => 1));
  });

  test.each<[string, number[]]>([
    ["nobody", []],
    ["nothing", [0]],
    ["less than nothing", [1, -1]],
    ["a fraction", [1.5]],
    ["no number", [NaN]],
    ["too much to be exact", [2 ** 53]],
  ])("refuses %s", (_name, weights) => {
    expect(() => reduceWeights(weights)).toThrow(RangeError);
  });

  test("the period stays at most max(1024, parts), every part keeps at least 1", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 1e12 })), {
          minLength: 1,
          maxLength: 40,
        }),
        (weights) => {
          const reduced = reduceWeights(weights);
          expect(reduced).toHaveLength(weights.length);
          expect(Math.min(...reduced)).toBeGreaterThanOrEqual(1);
          expect(sum(reduced)).toBeLessThanOrEqual(1024);
        },
      ),
    );
  });

  test("one giant among many dwarfs stays within the period, too", () => {
    const reduced = reduceWeights([1e9, ...Array.from({ length: 1000 }, () => 1)]);
    expect(sum(reduced)).toBeLessThanOrEqual(1024);
    expect(Math.min(...reduced)).toBe(1);
  });
});

describe("ownership", () => {
  test("a single part owns everything", () => {
    expect(owned([{ offset: 0, weights: 1, index: 0 }], 5)).toEqual([0, 1, 2, 3, 4]);
  });

  test("equal parts take turns", () => {
    expect(owned([{ offset: 0, weights: 3, index: 1 }], 10)).toEqual([1, 4, 7]);
  });

  test("the parts of a level own every arrival exactly once", () => {
    fc.assert(
      fc.property(anyWeights, fc.integer({ min: 0, max: 3000 }), (weights, total) => {
        const all = Array.from({ length: partsOf(weights) }, (_, index) =>
          owned([{ offset: 0, weights, index }], total),
        ).flat();
        expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, n) => n));
      }),
      { numRuns: 100 },
    );
  });

  test("nested parts own every arrival of their parent exactly once, from the cut on", () => {
    fc.assert(
      fc.property(
        fc.array(anyWeights, { minLength: 2, maxLength: 3 }),
        fc.integer({ min: 0, max: 800 }),
        fc.integer({ min: 0, max: 30 }),
        (levels, total, offset) => {
          const walk = (depth: number, above: OwnershipLevel[]): number[] => {
            const weights = levels[depth];
            if (weights === undefined) return owned(above, total);
            return Array.from({ length: partsOf(weights) }, (_, index) =>
              // The last level takes over from a cut, as a split share does.
              walk(depth + 1, [
                ...above,
                { offset: depth === levels.length - 1 && depth === 1 ? offset : 0, weights, index },
              ]),
            ).flat();
          };
          const nested = walk(0, []).sort((a, b) => a - b);
          const cut = levels.length === 2 ? offset : 0;
          const first = levels[0] as Weights;
          const expected = Array.from({ length: partsOf(first) }, (_, index) =>
            owned([{ offset: 0, weights: first, index }], total).slice(cut),
          );
          expect(nested).toEqual(expected.flat().sort((a, b) => a - b));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("in any prefix a part is off its proportion by less than one for each level", () => {
    fc.assert(
      fc.property(
        fc.array(anyWeights, { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.nat({ max: 11 })),
        fc.integer({ min: 0, max: 1_000_000_000 }),
        (weights, picks, n) => {
          const levels = weights.map((w): OwnershipLevel => {
            const index = (picks.next().value ?? 0) % partsOf(w);
            return { offset: 0, weights: w, index };
          });
          const proportion = levels.reduce((share, { weights: w, index }) => {
            if (typeof w === "number") return share / w;
            const reduced = reduceWeights(w);
            return (share * (reduced[index] as number)) / sum(reduced);
          }, 1);
          const count = new Ownership(levels).ownedBelow(n);
          expect(Math.abs(count - n * proportion)).toBeLessThan(levels.length + 1e-6);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("arrival and ownedBelow are each other's inverse, up to trillions", () => {
    fc.assert(
      fc.property(
        fc.array(anyWeights, { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.nat({ max: 11 })),
        fc.nat({ max: 2 ** 31 - 1 }),
        fc.nat({ max: 40 }),
        (weights, picks, local, offset) => {
          const levels = weights.map((w, depth): OwnershipLevel => {
            const index = (picks.next().value ?? 0) % partsOf(w);
            return { offset: depth === 0 ? offset : 0, weights: w, index };
          });
          const ownership = new Ownership(levels);
          const n = ownership.arrival(local);
          fc.pre(Number.isSafeInteger(n));
          expect(n).toBeGreaterThanOrEqual(offset);
          expect(ownership.ownedBelow(n)).toBe(local);
          expect(ownership.ownedBelow(n + 1)).toBe(local + 1);
          if (local > 0) expect(ownership.arrival(local - 1)).toBeLessThan(n);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("split", () => {
  test.each([
    [10, 3, [4, 3, 3]],
    [2, 4, [1, 1, 0, 0]],
    [0, 2, [0, 0]],
    [7, 1, [7]],
  ])("%d into %d is %j", (total, parts, expected) => {
    expect(split(total, parts)).toEqual(expected);
  });

  test("parts sum to the whole and differ by at most one", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 1000 }), (total, parts) => {
        const all = split(total, parts);
        expect(all).toHaveLength(parts);
        expect(all.reduce((left, part) => left - BigInt(part), BigInt(total))).toBe(0n);
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
