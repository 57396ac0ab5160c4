import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { statCpuSeconds, treeCpuSeconds } from "./targetCpu.ts";

test("CPU time is read after a name that looks like fields", () => {
  const stat = "42 (a) 9 (b) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 7 3 20 0 1 0 12345 0 0";
  expect(statCpuSeconds(stat)).toBeCloseTo(3.1, 9);
});

test("what is not a stat line is refused", () => {
  expect(() => statCpuSeconds("42 (a) S 1")).toThrow(SyntaxError);
});

test.skipIf(!existsSync("/proc/self/stat"))("this process has taken some, a dead one none", () => {
  expect(treeCpuSeconds(process.pid)).toBeGreaterThan(0);
  expect(treeCpuSeconds(2 ** 30)).toBeNull();
});
