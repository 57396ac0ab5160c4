import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { checkText, readScenario } from "../scenario/readScenario.ts";
import { corpus, expectedNames } from "./corpus.ts";

test("there are enough of them, and each has its expectation", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(80);
  expect(corpus.map(({ name }) => name).sort()).toEqual([...expectedNames].sort());
  for (const { name, expected } of corpus) expect(expected.length, name).toBeGreaterThan(0);
});

describe("is refused with every path and reason", () => {
  test.each(corpus)("$name", ({ text, format, expected }) => {
    const checked = checkText(text, format, { variables: {}, settings: [] });
    const problems = checked.ok ? [] : checked.problems;
    expect(problems.map(({ path }) => path).sort()).toEqual(expected.map((e) => e.path).sort());
    for (const { path, says } of expected) {
      const messages = problems.filter((one) => one.path === path).map((one) => one.message);
      expect(
        messages.some((message) => message.includes(says)),
        messages.join(),
      ).toBe(true);
    }
  });
});

const folder = mkdtempSync(join(tmpdir(), "onrush-malformed-"));
afterAll(() => rmSync(folder, { recursive: true }));

const plain = `name: n\ntargetUrl: http://h/\ndurationSeconds: 10\nloadProfile: { type: CONSTANT, initialRps: 5 }\n`;
const document = (fields: object) =>
  JSON.stringify({
    ...{ name: "n", targetUrl: "http://h/", durationSeconds: 10 },
    loadProfile: { type: "CONSTANT", initialRps: 5 },
    ...fields,
  });
const lots = <T>(count: number, one: (i: number) => T) =>
  Array.from({ length: count }, (_, i) => one(i));

/** What is too large or too odd to be kept as a file. */
const made: [string, string | Buffer, RegExp][] = [
  ["50 MB.json", Buffer.alloc(50_000_000, " "), /larger than 1 MB: data rows may be generated/],
  ["lists.json", "[".repeat(100_000), /1:65.*nests deeper than 64 levels/],
  ["objects.json", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, /deeper than 64 levels/],
  [
    "deep body.json",
    document({ body: JSON.parse("[".repeat(100) + "]".repeat(100)) as unknown }),
    /deeper than 64/,
  ],
  ["flow.yaml", `${plain}body: ${"[".repeat(100_000)}`, /5:\d+.*nests deeper than 64 levels/],
  ["dashes.yaml", `${plain}body:\n  ${"- ".repeat(100_000)}x\n`, /nests deeper than 64 levels/],
  ["indented.yaml", lots(200, (i) => `${" ".repeat(i)}a:`).join("\n"), /deeper than 64 levels/],
  ["nul.json", document({ name: "a" }).replace('"a"', '"a\0"'), /is not JSON/],
  ["nul.yaml", `name: "a\0"\n`, /name: a name has no control characters/],
  ["utf-16.json", Buffer.from(`\uFEFF${document({})}`, "utf16le"), /not UTF-8: save it/],
  ["latin-1.yaml", Buffer.from("name: Z\u00fcrich\n", "latin1"), /not UTF-8: save it/],
  ["random.json", Buffer.from(lots(5000, (i) => (i * 7919) % 251)), /not UTF-8|is not JSON/],
  [
    "fields.json",
    document(Object.fromEntries(lots(50_000, (i) => [`f${i}`, i]))),
    /and [\d,]+ more problems/,
  ],
  [
    "fields.yaml",
    `${plain}${lots(50_000, (i) => `f${i}: ${i}`).join("\n")}`,
    /202:1 +f197: unknown field\n[^]*and [\d,]+ more problems/,
  ],
  ["same.json", `{${lots(50_000, () => '"name":"n"').join(",")}}`, /stands here a second time/],
  [
    "steps.json",
    document({ steps: lots(5_000, (i) => ({ name: `s${i}` })) }),
    /steps: at most 100/,
  ],
  [
    "bursts.json",
    document({ loadProfile: { type: "BURST", initialRps: 1, bursts: lots(20_000, () => ({})) } }),
    /bursts: at most 1,000/,
  ],
  ["name.json", document({ name: "x".repeat(900_000) }), /name: at most 200 characters/],
  ["template.json", document({ targetUrl: `http://h/${"{{uuid ".repeat(1_000)}` }), /targetUrl/],
  ["long template.json", document({ method: "POST", body: "{{".repeat(400_000) }), /body: column/],
  ["check.json", document({ checks: ["(".repeat(900)] }), /checks\[0\]: column/],
  [
    "digits.json",
    document({}).replace(":10,", `:${"9".repeat(400_000)},`),
    /durationSeconds: expected a number, not a number beyond/,
  ],
  [
    "aliases.yaml",
    `${plain}x-a: &a [1]\nx-b: [${lots(2_000, () => "*a").join(", ")}]\n`,
    /repeats too much by its aliases/,
  ],
];

describe("is refused by its file", () => {
  test.each(made)("%s", async (name, content, message) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    const refusal = await readScenario(file, {}).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CliError);
    expect((refusal as CliError).exitCode).toBe(EXIT.badScenario);
    expect((refusal as CliError).message).toMatch(message);
    expect((refusal as CliError).message.length).toBeLessThan(50_000);
  });

  test.each([
    [
      "what is not there",
      "nowhere.json",
      /cannot read .*nowhere\.json: there is no file .*nowhere\.json/,
    ],
    ["a folder", ".", /cannot read .* is a folder$/],
  ])("%s", async (_name, file, message) => {
    await expect(readScenario(join(folder, file), {})).rejects.toThrow(message);
  });
});

describe("is refused for the files it names", () => {
  const files: Record<string, string | Buffer> = {
    "ragged.csv": "name,plan\na,free\nb\n",
    "open.csv": 'name,plan\n"a,free\n',
    "no-rows.csv": "name,plan\n",
    "latin-1.csv": Buffer.from("name\nZ\u00fcrich\n", "latin1"),
    "same-names.csv": "name,name\na,b\n",
    "cut.json": '[{"name": "a"}',
    "nested.json": '[{"name": {"first": "a"}}]',
    "users.csv": "name,plan\na,free\n",
  };
  const data = (fields: object) => ({ data: { users: fields } });

  test.each<[string, object, RegExp]>([
    [
      "a CSV file that is not there",
      data({ csv: "user.csv" }),
      /data\.users\.csv: .*there is no .*did you mean "users\.csv"/,
    ],
    ["a CSV row that is too short", data({ csv: "ragged.csv" }), /data\.users\.csv: .*3/],
    ["a quote that is not closed", data({ csv: "open.csv" }), /data\.users\.csv: .*quote/],
    ["a CSV file without rows", data({ csv: "no-rows.csv" }), /data\.users\.csv: .*row/],
    ["a CSV file that is not UTF-8", data({ csv: "latin-1.csv" }), /data\.users\.csv: .*UTF-8/],
    ["columns of one name", data({ csv: "same-names.csv" }), /data\.users\.csv: .*name/],
    ["JSON rows that are cut off", data({ json: "cut.json" }), /data\.users\.json: /],
    ["JSON rows with objects in them", data({ json: "nested.json" }), /data\.users\.json: /],
    ["a folder in place of a file", data({ csv: "." }), /data\.users\.csv: /],
    [
      "a column that the file does not have",
      { ...data({ csv: "users.csv" }), targetUrl: "http://h/{{data.users.nmae}}" },
      /targetUrl: .*no field "nmae"; did you mean "name"/,
    ],
  ])("%s", async (_name, fields, message) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const file = join(folder, "with files.json");
    writeFileSync(file, document(fields));
    await expect(readScenario(file, {})).rejects.toThrow(message);
  });
});
