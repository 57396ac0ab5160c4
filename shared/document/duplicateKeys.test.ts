import * as fc from "fast-check";
import { expect, test } from "vitest";
import { duplicateKeys } from "./duplicateKeys.ts";

test.each<[string, string[]]>([
  ['{"a": 1, "b": {"a": 2}}', []],
  ['{"a": 1, "a": 2}', ["a"]],
  ['{"a": [{"b": 1}, {"b": 1, "c": "b", "b": 2}]}', ["a[1].b"]],
  [String.raw`{"a": 1, "\u0061": 2, "x\"{": "a,a"}`, ["a"]],
  ['{"a": "a", "b": ["a", "a"], "b": 1, "b": 2}', ["b", "b"]],
  ["7", []],
])("%s repeats %j", (text, paths) => {
  expect(duplicateKeys(text).map(({ path }) => path)).toEqual(paths);
});

test("strings of many megabytes are passed over", () => {
  const plain = "x".repeat(50_000_000);
  const escaped = String.raw`\n\"\\`.repeat(8_000_000);
  const text = `{"a": "${plain}", "b": "${escaped}", "a": 1}`;
  expect(duplicateKeys(text).map(({ path }) => path)).toEqual(["a"]);
});

test("what has been an object has no key twice", () => {
  fc.assert(fc.property(fc.json(), (text) => duplicateKeys(text).length === 0));
});
