import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { histogramOf, latencyUs } from "./deltas.testing.ts";
import { Histogram } from "./histogram.ts";
import { indexOf, MAX_VALUE_US } from "./histogramLayout.ts";

const facts = ({ total, sumUs, minUs, maxUs, clamped }: Histogram) => ({
  ...{ total, sumUs, minUs, maxUs, clamped },
});
const values = fc.array(latencyUs, { maxLength: 20 });

describe("what is recorded", () => {
  test.each<[string, number, number, number]>([
    // value, counted at, clamped
    ["a whole value", 1_250, 1_250, 0],
    ["0", 0, 0, 0],
    ["a negative one counts as 0", -3, 0, 0],
    ["minus infinity counts as 0", -Infinity, 0, 0],
    ["a fraction is rounded down", 10.4, 10, 0],
    ["or up", 10.5, 11, 0],
    ["one hour", MAX_VALUE_US, MAX_VALUE_US, 0],
    ["more than one hour is clamped, and counted so", MAX_VALUE_US + 1, MAX_VALUE_US, 1],
    ["infinity is clamped", Infinity, MAX_VALUE_US, 1],
  ])("%s", (_name, value, counted, clamped) => {
    const histogram = histogramOf([value]);
    expect(histogram.counts[indexOf(counted)]).toBe(1);
    expect(facts(histogram)).toEqual({
      ...{ total: 1, sumUs: counted, minUs: counted, maxUs: counted, clamped },
    });
  });

  test("NaN is refused and changes nothing", () => {
    const histogram = histogramOf([5]);
    expect(() => histogram.record(NaN)).toThrow(RangeError);
    expect(histogram).toEqual(histogramOf([5]));
  });

  test("counts in = counts out", () => {
    fc.assert(
      fc.property(values, (list) => {
        const histogram = histogramOf(list);
        expect(histogram.total).toBe(list.length);
        expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(list.length);
      }),
      { numRuns: 30 },
    );
  });
});

describe("adding", () => {
  test("is the same as recording everything into one, in any order", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const sum = histogramOf(a);
        sum.add(histogramOf(b));
        expect(sum).toEqual(histogramOf([...b, ...a]));
      }),
      { numRuns: 30 },
    );
  });

  test("an empty one changes nothing", () => {
    const sum = histogramOf([7, 9]);
    sum.add(new Histogram());
    expect(sum).toEqual(histogramOf([9, 7]));
  });
});

test("after a reset it is like new", () => {
  const histogram = histogramOf([1, 2, MAX_VALUE_US * 2]);
  histogram.reset();
  expect(histogram).toEqual(new Histogram());
});
