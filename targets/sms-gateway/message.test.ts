import { expect, test } from "vitest";
import { messageProblem } from "./message.ts";

const problemOf = (to: unknown, text: unknown) =>
  messageProblem(Buffer.from(JSON.stringify({ to, text })));

test.each([
  ["+989121234567", "Hi"],
  ["989121234567", "Hi"],
  ["+1 (415) 555-0100", "Hi"],
  ["555.01.00", "Hi"],
  ["12345", "x"],
  ["123456789012345", " "],
  ["+989121234567", "x".repeat(1_600)],
  ["+989121234567", "سلام 👋"],
])("to %j with its text is a message", (to, text) => {
  expect(problemOf(to, text)).toBeUndefined();
});

test.each([
  ["too short", "1234"],
  ["too long", "1234567890123456"],
  ["only separators", "+ () -"],
  ["many separators", "1-2-3-4-5-6-7-8-9-0-1-2-3-4-5-6-7-8"],
  ["a word", "alice"],
  ["digits with letters", "12345a"],
  ["two plus signs", "++12345"],
  ["a plus inside", "123+456"],
  ["other digits", "١٢٣٤٥٦"],
  ["a line break", "12345\n"],
  ["empty", ""],
  ["a number", 989_121_234_567],
  ["null", null],
  ["missing", undefined],
  ["a list", ["+989121234567"]],
])("a phone number that is %s is refused", (_what, to) => {
  expect(problemOf(to, "Hi")).toBe("notPhone");
});

test.each([
  ["empty", ""],
  ["too long", "x".repeat(1_601)],
  ["a number", 5],
  ["null", null],
  ["missing", undefined],
  ["an object", {}],
])("a text that is %s is refused", (_what, text) => {
  expect(problemOf("+989121234567", text)).toBe("badText");
});

test.each([
  "",
  " ",
  "hello",
  "{",
  '{"to":"+989121234567","text":"Hi"',
  '{"to":"+989121234567","text":"Hi"}}',
  "{'to':'+989121234567','text':'Hi'}",
  "to=%2B989121234567&text=Hi",
  "null",
  "true",
  "5",
  '"text"',
  "[]",
  '[{"to":"+989121234567","text":"Hi"}]',
  "\u0000",
  "\uFEFF{}",
])("%j is not a JSON object", (body) => {
  expect(messageProblem(Buffer.from(body))).toBe("notJson");
});

test("bytes that are not UTF-8 are refused, and fields beyond the two are ignored", () => {
  expect(messageProblem(Buffer.from([0xff, 0xfe, 0x7b]))).toBe("notJson");
  const more = '{"to":"+989121234567","text":"Hi","__proto__":{"to":1},"extra":[1]}';
  expect(messageProblem(Buffer.from(more))).toBeUndefined();
});
