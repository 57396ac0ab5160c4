import { expect, test } from "vitest";
import { normalQuantile } from "./normalQuantile.ts";

test.each([
  [0.5, 0],
  [0.75, 0.6744897501960817],
  [0.9, 1.2815515655446004],
  [0.975, 1.959963984540054],
  [0.99, 2.3263478740408408],
  [0.999, 3.090232306167813],
  [0.999999, 4.753424308822899],
])("share %d lies below %d, and its complement below the negative", (share, expected) => {
  expect(normalQuantile(share)).toBeCloseTo(expected, 7);
  expect(normalQuantile(1 - share)).toBeCloseTo(-expected, 7);
});

test("never falls, also where the approximation changes", () => {
  let last = Number.NEGATIVE_INFINITY;
  for (let n = 1; n < 100_000; n += 1) {
    const value = normalQuantile(n / 100_000);
    expect(value).toBeGreaterThan(last);
    last = value;
  }
});
