import { expect, test } from "vitest";
import { groupNames, parseOptions } from "./options.ts";

test("without options everything runs, five rounds of five seconds", () => {
  expect(parseOptions([])).toMatchObject({ groups: groupNames, rounds: 5, seconds: 5 });
});

test("groups run in their own order, however they are named", () => {
  expect(parseOptions(["--only", "micro", "--only=closed"]).groups).toEqual(["closed", "micro"]);
});

test.each([
  [["--only", "everything"], /one of closed/],
  [["--rounds", "0"], /--rounds is a whole number/],
  [["--seconds", "1.5"], /--seconds is a whole number/],
  [["--readme", "--only", "micro"], /needs all groups/],
  [["--fast"], /Unknown option/],
])("%j is refused", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
