import { describe, expect, test } from "vitest";
import { ArrivalNumbers } from "./arrivalNumbers.ts";

function countsOf(texts: readonly (number | string)[], bound?: number) {
  const numbers = new ArrivalNumbers(bound);
  for (const text of texts) numbers.add(String(text));
  const { distinct, doubles, dropped } = numbers;
  return { distinct, doubles, dropped };
}

describe("ArrivalNumbers", () => {
  test.each<[(number | string)[], [number, number, number]]>([
    [[], [0, 0, 0]],
    [
      [0, 1, 2, 3, 4],
      [5, 0, 0],
    ],
    [
      [3, 3],
      [1, 1, 0],
    ],
    [
      [3, 3, 3, 3, 3, 3],
      [1, 1, 0],
    ],
    [
      [1, 2, 1, 2, 1],
      [2, 2, 0],
    ],
    [
      [7, "007"],
      [1, 1, 0],
    ],
    [
      [65_535, 65_536, 65_536, 99_999_999],
      [3, 1, 0],
    ],
    [
      ["", "-1", "1.5", "1e3", "a", "1, 1", "100000000", "9".repeat(300)],
      [0, 0, 8],
    ],
  ])("%j: distinct, doubles and dropped are %j", (texts, [distinct, doubles, dropped]) => {
    expect(countsOf(texts)).toEqual({ distinct, doubles, dropped });
  });

  test("a bound keeps what is below it and counts the rest", () => {
    expect(countsOf([8, 9, 10, 11, 10, 9], 10)).toEqual({ distinct: 2, doubles: 1, dropped: 3 });
  });

  test("neighbours in one byte and over many blocks do not disturb each other", () => {
    const numbers = Array.from({ length: 300_000 }, (_, n) => n);
    const repeated = numbers.filter((n) => n % 3 === 0);
    const counts = countsOf([...numbers, ...repeated, ...repeated, ...repeated]);
    expect(counts).toEqual({ distinct: 300_000, doubles: 100_000, dropped: 0 });
  });
});
