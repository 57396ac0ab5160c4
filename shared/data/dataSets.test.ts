import { renderFor } from "../template/renderFor.testing.ts";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Ownership } from "../schedule/ownership.ts";
import { dataSchema } from "./dataSchema.ts";
import { apportion, DataSets } from "./dataSets.ts";
import { permutation } from "./permutation.ts";

const sets = (document: unknown, seed = 1) => new DataSets(dataSchema.parse(document), seed, seed);
const counts = (values: readonly string[]) =>
  Object.fromEntries(
    [...Map.groupBy(values, (v) => v)].map(([value, all]) => [value, all.length]),
  ) as Record<string, number>;

const plans = { weighted: { free: 50, pro: 30, enterprise: 20 } };
const generate = (count: number, fields: object, pick = "sequential") => ({
  users: { generate: { count, fields }, pick },
});

describe("generated rows", () => {
  test("weights split 100,000 rows exactly", () => {
    const plan = renderFor(sets(generate(100_000, { plan: plans })).fieldByRow("users", "plan"));
    const all = Array.from({ length: 100_000 }, (_, row) => plan(row));
    expect(counts(all)).toEqual({ free: 50_000, pro: 30_000, enterprise: 20_000 });
    // Not in blocks: the first thousand are a sample.
    expect(counts(all.slice(0, 1_000))["free"]).toBeGreaterThan(420);
    expect(counts(all.slice(0, 1_000))["free"]).toBeLessThan(580);
  });

  test("whatever the weights, they sum to the rows and each is off by less than one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 100_000 }),
        (weights, count) => {
          const sum = weights.reduce((a, b) => a + b, 0);
          fc.pre(sum > 0);
          const shares = apportion(weights, count);
          expect(shares.reduce((a, b) => a + b, 0)).toBe(count);
          shares.forEach((share, i) => {
            expect(Math.abs(share - ((weights[i] as number) / sum) * count)).toBeLessThan(1);
          });
        },
      ),
    );
  });

  test("two weighted fields do not go together", () => {
    const data = sets(generate(10_000, { a: plans, b: plans }));
    const [a, b] = ["a", "b"].map((field) => renderFor(data.fieldByRow("users", field))) as [
      (row: number) => string,
      (row: number) => string,
    ];
    const pairs = counts(Array.from({ length: 10_000 }, (_, row) => `${a(row)} ${b(row)}`));
    expect(pairs["free free"]).toBeGreaterThan(2_350);
    expect(pairs["free free"]).toBeLessThan(2_650);
  });

  test("their texts know their row, and are the same for the same seed", () => {
    const fields = { key: "key-{{row}}", id: "{{uuid}}", n: { randomInt: [1, 3] }, yes: true };
    const data = sets(generate(10, fields));
    expect(renderFor(data.field("users", "key"))(12)).toBe("key-2");
    expect(renderFor(data.field("users", "id"))(3)).toBe(
      renderFor(sets(generate(10, fields)).field("users", "id"))(13),
    );
    expect(renderFor(data.field("users", "id"))(3)).not.toBe(
      renderFor(sets(generate(10, fields), 2).field("users", "id"))(3),
    );
    expect(["1", "2", "3"]).toContain(renderFor(data.field("users", "n"))(5));
    expect(renderFor(data.field("users", "yes"))(5)).toBe("true");
    expect(["key", "id", "n", "yes"].map((field) => data.isBare("users", field))).toEqual([
      ...[false, false, true, true],
    ]);
  });

  test("a thousand million rows cost nothing", () => {
    const data = sets(generate(1_000_000_000, { plan: plans, key: "k{{row}}" }, "random"));
    expect(["free", "pro", "enterprise"]).toContain(
      renderFor(data.field("users", "plan"))(999_999_999_999),
    );
    expect(renderFor(data.field("users", "key"))(5)).toMatch(/^k\d+$/);
  });
});

test("a permutation takes every number once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.nat(), (count, seed) => {
      const at = permutation(count, seed, 5);
      const all = new Set(Array.from({ length: count }, (_, n) => at(n)));
      expect(all.size).toBe(count);
      expect(Math.max(...all)).toBe(count - 1);
    }),
    { numRuns: 50 },
  );
});

describe("which row an arrival takes", () => {
  const rows = (pick: string) => sets(generate(100, { a: "{{row}}" }, pick)).rowOf("users");

  test("sequential goes round, unique is the number itself, random reaches all", () => {
    expect([0, 99, 100, 250].map(rows("sequential"))).toEqual([0, 99, 0, 50]);
    expect([0, 42, 99].map(rows("unique"))).toEqual([0, 42, 99]);
    const random = Array.from({ length: 5_000 }, (_, n) => rows("random")(n));
    expect(new Set(random).size).toBe(100);
    expect(Math.max(...random)).toBe(99);
  });

  test("no two workers or threads ever share a unique row", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (weights, threads) => {
          const row = sets(generate(100_000, { a: 1 }, "unique")).rowOf("users");
          const taken = weights.flatMap((_, index) =>
            Array.from({ length: threads }, (_, thread) => {
              const levels = [
                { offset: 0, weights, index },
                { offset: 0, weights: threads, index: thread },
              ];
              const ownership = new Ownership(levels);
              return Array.from({ length: 50 }, (_, local) => row(ownership.arrival(local)));
            }).flat(),
          );
          expect(new Set(taken).size).toBe(taken.length);
        },
      ),
    );
  });

  test("inline rows come as they are written", () => {
    const data = sets({
      u: {
        inline: [
          { n: 1, s: "x" },
          { n: 2.5, s: "ü" },
        ],
      },
    });
    expect([0, 1, 2].map(renderFor(data.field("u", "n")))).toEqual(["1", "2.5", "1"]);
    expect([data.isBare("u", "n"), data.isBare("u", "s")]).toEqual([true, false]);
  });
});
