import { expect, test } from "vitest";
import { Told } from "./told.ts";

const isSame = (a: string, b: string) => a === b;

/** What somebody hears who listens after `before` was read and `heard` was told meanwhile. */
function heardOf(before: string[], heard: string[]): string[] {
  const told = new Told<string>();
  for (const one of heard) told.tell(one);
  told.begin(before, isSame);
  const all: string[] = [];
  told.listen((one) => all.push(one));
  told.tell("next");
  return all;
}

test.each([
  ["nothing was told yet", [], [], ["next"]],
  ["all was told before", ["a", "b"], [], ["a", "b", "next"]],
  ["some was heard already", ["a", "b"], ["b"], ["a", "b", "next"]],
  ["more was heard than was read", ["a", "b"], ["b", "c"], ["a", "b", "c", "next"]],
  ["only what came after was heard", ["a"], ["b", "c"], ["a", "b", "c", "next"]],
])("whoever listens later hears everything once, in its order: %s", (_what, before, heard, all) => {
  expect(heardOf(before, heard)).toEqual(all);
});
