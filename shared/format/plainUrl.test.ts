import { expect, test } from "vitest";
import { plainUrl } from "./plainUrl.ts";

test.each([
  ["http://h:8080/a/b", "http://h:8080/a/b"],
  ["https://ann:pa@ss@h/a?token=x#part", "https://h/a"],
  ["ann:pass@h/a@b", "h/a@b"],
  ["h/a#token=x", "h/a"],
  ["mqtt://key@h", "mqtt://h"],
])("of %s the reader of a report sees %s", (url, shown) => {
  expect(plainUrl(url)).toBe(shown);
});
