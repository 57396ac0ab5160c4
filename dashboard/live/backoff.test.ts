import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test.each([
  [0, 0, 500],
  [1, 0, 1_000],
  [4, 0, 8_000],
  [5, 0, 10_000],
  [500, 0, 10_000],
  [0, 1, 375],
])("attempt %d with jitter %d waits %d ms", (attempt, random, ms) => {
  expect(backoffMs(attempt, random)).toBe(ms);
});
