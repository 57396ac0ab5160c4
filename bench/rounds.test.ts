import * as fc from "fast-check";
import { expect, test } from "vitest";
import { medianOf, type Sample, summarise } from "./figures.ts";
import { alternate } from "./rounds.ts";
import { median } from "./statistics.ts";

function counting(name: string, order: string[]) {
  let calls = 0;
  return {
    name,
    round(): Promise<Sample> {
      order.push(name);
      return Promise.resolve({ requestsPerSecond: calls++ });
    },
  };
}

test("contenders take turns, and the first round is not counted", async () => {
  const order: string[] = [];
  const results = await alternate([counting("a", order), counting("b", order)], 3, () => {});
  expect(order.join("")).toBe("abababab");
  const requestsPerSecond = { median: 2, min: 1, max: 3 };
  expect(results).toEqual([
    { name: "a", rounds: 3, figures: { requestsPerSecond } },
    { name: "b", rounds: 3, figures: { requestsPerSecond } },
  ]);
});

test("a figure that a round lacks is summarised over those that have it", () => {
  const { figures } = summarise("a", [{ p50Ms: 1 }, {}, { p50Ms: 3 }]);
  expect(figures).toEqual({ p50Ms: { median: 2, min: 1, max: 3 } });
});

test("the median has as many values below it as above", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
    }),
  );
});

test("what was not measured has no median", () => {
  const group = { name: "closed", title: "", columns: [], notes: [] };
  const groups = [{ ...group, contenders: [summarise("wrk", [{ p50Ms: 1 }])] }];
  expect(medianOf(groups, "closed", "wrk", "p50Ms")).toBe(1);
  expect(medianOf(groups, "closed", "wrk", "p99Ms")).toBeUndefined();
  expect(medianOf(groups, "closed", "hey", "p50Ms")).toBeUndefined();
  expect(medianOf(groups, "open", "wrk", "p50Ms")).toBeUndefined();
});
