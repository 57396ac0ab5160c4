import { describe, expect, test } from "vitest";
import { callAt, unixUs } from "./clock.ts";

describe("callAt", () => {
  test("calls at once when the time has come", () => {
    let called = false;
    callAt(performance.now(), () => (called = true));
    expect(called).toBe(true);
  });

  test.each([0.1, 0.9, 1, 1.5, 3.999, 10.01])("never calls before %d ms have passed", (waitMs) => {
    const dueMs = performance.now() + waitMs;
    return new Promise<void>((resolve) => {
      callAt(dueMs, () => {
        expect(performance.now()).toBeGreaterThanOrEqual(dueMs);
        resolve();
      });
      // callAt leaves its timer without a hold on the process.
      const hold = setInterval(() => {}, 1_000);
      callAt(dueMs + 1, () => clearInterval(hold));
    });
  });
});

test("unixUs counts microseconds and never goes back", () => {
  const first = unixUs();
  const second = unixUs();
  expect(second).toBeGreaterThanOrEqual(first);
  expect(new Date(first / 1_000).getUTCFullYear()).toBe(new Date().getUTCFullYear());
});
