import { expect, test } from "vitest";
import { busySeconds } from "./countedRun.ts";

test("a machine is busy with processes and other guests, not with waiting or interrupts", () => {
  const stat = "cpu  100 20 30 9999 888 77 66 5 4 3\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
  expect(busySeconds(stat)).toBeCloseTo(1.55, 9);
  expect(busySeconds("intr 5")).toBeNull();
});
