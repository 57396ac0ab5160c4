import { expect, test } from "vitest";
import { decodeText } from "./scenarioText.ts";

test("a byte order mark is no part of the text", () => {
  expect(decodeText(Buffer.from("\uFEFF{}"), "a.json")).toBe("{}");
});

test("what is not UTF-8 is refused by its name", () => {
  expect(() => decodeText(Buffer.from("ü", "latin1"), "a.json")).toThrow("a.json is not UTF-8");
});
