import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shellWords } from "./shellWords.ts";

describe("words of a command", () => {
  test.each<[string, string, string[]]>([
    ["plain", "curl  -s\thttp://h/", ["curl", "-s", "http://h/"]],
    ["single quotes keep everything", `a 'b "$x" \\n'`, ["a", 'b "$x" \\n']],
    ["double quotes know some backslashes", `"a\\"b\\\\c\\$d\\ne"`, ['a"b\\c$d\\ne']],
    ["ANSI-C quoting", `$'it\\'s\\n\\t\\x41\\u00e9\\101\\e'`, ["it's\n\tA\u00e9A\x1b"]],
    ["pieces join to a word", `a'b'"c"\\ d`, ["abc d"]],
    ["empty words", `'' ""`, ["", ""]],
    ["a backslash at the end of a line", "a \\\n  b \\\r\n c", ["a", "b", "c"]],
    ["a line break inside quotes", `'a\nb'`, ["a\nb"]],
    ["a backslash and line break in double quotes", `"a\\\nb"`, ["ab"]],
    ["comments", "a b # c 'd", ["a", "b"]],
    ["a # inside a word", "http://h/#x", ["http://h/#x"]],
    ["variables stay", `"$TOKEN" \${X}`, ["$TOKEN", "${X}"]],
    ["lone surrogate code points", `$'\\U00110000'`, ["\ufffd"]],
  ])("%s", (_name, text, words) => {
    expect(shellWords(text).words).toEqual(words);
  });

  test("what follows the first command is told", () => {
    expect(shellWords("a b | jq .x")).toEqual({ words: ["a", "b"], rest: "| jq .x" });
    expect(shellWords("\n\n a\nb")).toEqual({ words: ["a"], rest: "b" });
    expect(shellWords("a 2>&1").rest).toBe(">&1");
  });

  test.each([`'a`, `"a`, `$'a`])("an open quote is refused: %s", (text) => {
    expect(() => shellWords(text)).toThrow(/not closed/);
  });

  test("whatever is single-quoted comes out as it was", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
        // Line breaks are the text's own; a file with CRLF is read as if it had LF.
        const expected = words.map((word) => word.replaceAll("\r\n", "\n"));
        expect(shellWords(quoted.join(" ")).words).toEqual(expected);
      }),
    );
  });
});
