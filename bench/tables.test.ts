import { expect, test } from "vitest";
import { replaceMarked } from "./readme.ts";
import { markdownTable, textTable } from "./tables.ts";

const table = [
  ["", "requests/s", "ms"],
  ["onrush", "150,000", "0.4"],
  ["ab", "7", "–"],
];

test("numbers line up at the right, names at the left", () => {
  expect(textTable(table)).toBe(
    [
      "           requests/s    ms",
      "  onrush      150,000   0.4",
      "  ab                7     –",
    ].join("\n"),
  );
});

test("a Markdown table is as the formatter would leave it", () => {
  expect(markdownTable(table)).toBe(
    [
      "|        | requests/s |   ms |",
      "| ------ | ---------: | ---: |",
      "| onrush |    150,000 |  0.4 |",
      "| ab     |          7 |    – |",
    ].join("\n"),
  );
});

test("only what stands between the marks is replaced, as often as wanted", () => {
  const page = "# A\n\n<!-- bench:start -->\n\nold\n\n<!-- bench:end -->\n\n# B\n";
  const once = replaceMarked(page, "new");
  expect(once).toBe("# A\n\n<!-- bench:start -->\n\nnew\n\n<!-- bench:end -->\n\n# B\n");
  expect(replaceMarked(once, "new")).toBe(once);
  expect(() => replaceMarked("# A\n", "new")).toThrow(SyntaxError);
});
