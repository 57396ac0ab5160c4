import { describe, expect, test } from "vitest";
import { checkText } from "./readScenario.ts";
import { thinText } from "./thinText.ts";
import { readDocument } from "./yamlDocument.ts";

const MANY = 5_000;
const lots = <T>(count: number, make: (i: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const fields = lots(MANY, (i) => `field${i}: ${i}`);
const problemsOf = (lines: readonly string[]) => {
  const checked = checkText(lines.join("\n"), "yaml", { variables: {}, settings: [] });
  return checked.ok ? [] : checked.problems;
};
/** Nothing is taken out of lines with comments. */
const commented = (lines: readonly string[]) =>
  lines.map((line, i) =>
    /^\w+: \w+$/.test(line) && lines[i + 1]?.startsWith(" ") !== true ? `${line} # as it is` : line,
  );

describe("what is told of a text is what would be told without taking anything out", () => {
  const scenario = [
    ...["name: many", "targetUrl: http://127.0.0.1:9092/"],
    ...["loadProfile:", "  type: CONSTANT", "  initialRps: -1", "durationSeconds: 5"],
  ];
  const half = MANY / 2;
  test.each<[string, string[]]>([
    ["unknown fields behind a scenario", [...scenario, ...fields]],
    ["before it", [...fields, ...scenario]],
    ["around it", [...fields.slice(0, half), ...scenario, "", ...fields.slice(half)]],
    ["one field over and over", [...scenario, ...lots(MANY, () => "durationSeconds: 5")]],
    ["unknown ones over and over", [...scenario, ...fields, ...fields]],
    [
      "other things between them",
      fields.flatMap((line, i) => (i % 50 === 0 ? [line, "# note", `long${i}:`, "  - 1"] : [line])),
    ],
    ["values that go on", fields.flatMap((line, i) => (i % 7 === 0 ? [line, "  more"] : [line]))],
    ["names that objects have", [...fields, "toString: a", "constructor: b", ...fields]],
  ])("%s", (_name, lines) => {
    expect(thinText(lines.join("\n"))).toBeDefined();
    expect(thinText(commented(lines).join("\n"))).toBeUndefined();
    const problems = problemsOf(lines);
    expect(problems.length).toBeGreaterThan(200);
    expect(problems).toEqual(problemsOf(commented(lines)));
  });
});

describe("what only looks like fields stays what it is", () => {
  const valueOf = (lines: readonly string[]) => readDocument(lines.join("\n"), "yaml").value;

  test("in a text of several lines", () => {
    const body = lots(MANY, (i) => `  field${i}: ${i}`);
    expect(valueOf(["body: |", ...body])).toEqual({ body: `${fields.join("\n")}\n` });
  });

  test.each([
    ["in quotes", ['"', ...fields, '"']],
    ["in quotes of a field", ['name: "', ...fields, '"']],
    ["in brackets", ["{", ...fields, "}"]],
    ["behind a document", ["--- text", ...fields]],
  ])("%s", (_name, lines) => {
    const whole = readDocument(lines.join("\n"), "yaml");
    const windows = readDocument(lines.join("\r\n"), "yaml");
    expect(thinText(lines.join("\r\n"))).toBeUndefined();
    expect(whole.value).toEqual(windows.value);
    expect(whole.problems).toEqual(windows.problems);
  });
});

test("of texts of usual size nothing is taken out", () => {
  expect(thinText(fields.slice(0, 1_000).join("\n"))).toBeUndefined();
});
