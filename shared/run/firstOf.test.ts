import { expect, test } from "vitest";
import { firstOf } from "./firstOf.ts";

const workers = (count: number) => Array.from({ length: count }, (_, worker) => `w${worker}`);

test("a few are told one by one, each once", () => {
  expect(firstOf([])).toBe("");
  expect(firstOf(["a", "b", "a"])).toBe("a, b");
  expect(firstOf(workers(5))).toBe("w0, w1, w2, w3, w4");
});

test("of many the first are told, and how many more there are", () => {
  expect(firstOf(workers(6))).toBe("w0, w1, w2, w3, w4 and 1 more");
  expect(firstOf(workers(1_005), "; ")).toBe("w0; w1; w2; w3; w4 and 1,000 more");
});
