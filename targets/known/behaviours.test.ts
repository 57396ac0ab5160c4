import { describe, expect, test } from "vitest";
import { spreadStatuses } from "./behaviours.ts";

describe("spreadStatuses", () => {
  test.each<[Record<number, number>, number[]]>([
    [{ 200: 1 }, [200]],
    [{ 200: 50 }, [200]],
    [{ 200: 1, 500: 1 }, [200, 500]],
    [{ 200: 50, 500: 50 }, [200, 500]],
    [{ 200: 3, 500: 1 }, [200, 200, 500, 200]],
    [{ 200: 2, 404: 0 }, [200]],
    [{ 500: 0 }, []],
  ])("%j gives %j", (weights, expected) => {
    expect(spreadStatuses(toMap(weights))).toEqual(expected);
  });

  test.each<Record<number, number>>([
    { 200: 9, 500: 1 },
    { 200: 970, 429: 20, 503: 10 },
    { 200: 7, 201: 5, 404: 3, 500: 2 },
  ])(
    "%j: counts are exact, and every prefix is off by less than the number of lanes",
    (weights) => {
      const statuses = spreadStatuses(toMap(weights));
      const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
      for (const [status, weight] of toMap(weights)) {
        let seen = 0;
        for (const [index, given] of statuses.entries()) {
          if (given === status) seen += 1;
          const due = ((index + 1) * weight) / total;
          expect(Math.abs(seen - due)).toBeLessThan(Object.keys(weights).length);
        }
        expect(seen / statuses.length).toBeCloseTo(weight / total, 12);
      }
    },
  );
});

function toMap(weights: Record<number, number>): Map<number, number> {
  return new Map(Object.entries(weights).map(([status, weight]) => [Number(status), weight]));
}
