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

test("what has been an object has no key twice", () => {
  fc.assert(fc.property(fc.json(), (text) => duplicateKeys(text).length === 0));
});
