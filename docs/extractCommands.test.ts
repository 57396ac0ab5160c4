import { expect, test } from "vitest";
import {
  codeBlocks,
  commandWords,
  runnableCommands,
  shellCommands,
  splitVariables,
} from "./extractCommands.ts";

const page = [
  "# Title",
  "```sh",
  "npm start",
  "```",
  "text",
  "```sh runnable",
  "# a comment",
  "curl -s http://127.0.0.1:8080/a \\",
  "  -d '{",
  '    "a": 1',
  "  }'",
  "",
  "echo two",
  "```",
  "````json",
  "```",
  "````",
].join("\n");

test("finds blocks with their language, marks and lines", () => {
  const blocks = codeBlocks("page.md", page);
  expect(blocks.map(({ language, marks, line }) => [language, marks, line])).toEqual([
    ["sh", [], 3],
    ["sh", ["runnable"], 7],
    ["json", [], 16],
  ]);
  expect(blocks[2]?.text).toBe("```");
});

test("keeps a command together over lines and leaves comments out", () => {
  const [, block] = codeBlocks("page.md", page);
  const commands = block === undefined ? [] : shellCommands(block);
  expect(commands.map(({ line, text }) => [line, text.split("\n").length])).toEqual([
    [8, 4],
    [13, 1],
  ]);
});

test("takes only what is marked as runnable", () => {
  const texts = runnableCommands("page.md", page).map(({ text }) => text.split(" ")[0]);
  expect(texts).toEqual(["curl", "echo"]);
});

test.each([
  ["a b  c", [["a", "b", "c"]]],
  [`a 'b "c' "d 'e" f\\ g`, [["a", 'b "c', "d 'e", "f g"]]],
  ["a | b && c; d &", [["a"], ["b"], ["c"], ["d"]]],
  ["a \\\n  b # c", [["a", "b"]]],
  [`a "x $y \\"z\\"" 'p|q'`, [["a", 'x $y "z"', "p|q"]]],
  ["a b#c ''", [["a", "b#c", ""]]],
])("splits %j into words", (text, words) => {
  expect(commandWords(text)).toEqual(words);
});

test("splits variables off", () => {
  expect(splitVariables(["PORT=1", "A_B=x=y", "npm", "start", "C=2"])).toEqual({
    variables: { PORT: "1", A_B: "x=y" },
    words: ["npm", "start", "C=2"],
  });
});
