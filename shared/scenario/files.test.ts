import { describe, expect, test } from "vitest";
import type { FileFacts } from "./files.ts";
import { namedFiles } from "./fileUse.ts";
import { parseScenario } from "./parseScenario.ts";

const ref = { sha256: "ab".repeat(32), bytes: 10 };
const scenario = (change: object) => ({
  ...{ name: "n", targetUrl: "http://h/", method: "POST", durationSeconds: 10 },
  loadProfile: { type: "CONSTANT", initialRps: 1 },
  ...change,
});
const users = (change: object = {}) => ({ users: { csv: "users.csv", ...change } });
const known = (rows: number): FileFacts => ({
  sets: new Map([["users", { fields: ["name", "apiKey"], rows }]]),
  problems: [],
});
const problemsOf = (document: unknown, facts?: FileFacts) => {
  const parsed = parseScenario(document, facts);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
};

test("files are named wherever a scenario can name them", () => {
  const step = { bodyFile: "b", multipart: [{ name: "x", file: "c" }] };
  const document = {
    ...{ data: { u: { csv: "a" }, j: { json: "d" } }, bodyFile: "e", files: { a: ref } },
    workloads: [{ steps: [step, { group: "g", steps: [{ parallel: [{ bodyFile: "f" }] }] }] }],
  };
  expect(namedFiles(document)).toEqual([
    { path: "data.u.csv", name: "a" },
    { path: "data.j.json", name: "d" },
    { path: "bodyFile", name: "e" },
    { path: "workloads[0].steps[0].bodyFile", name: "b" },
    { path: "workloads[0].steps[0].multipart[0].file", name: "c" },
    { path: "workloads[0].steps[1].steps[0].parallel[0].bodyFile", name: "f" },
  ]);
});

test("a scenario says by its SHA-256 what each of its files holds", () => {
  const files = { "users.csv": ref, "b.bin": ref };
  expect(problemsOf(scenario({ data: users(), files, bodyFile: "b.bin" }))).toEqual([]);
  expect(problemsOf(scenario({ data: users(), bodyFile: "b.bin" }))).toEqual([
    expect.stringMatching(/^data\.users\.csv: "users\.csv" is not in files: upload it \(PUT /),
    expect.stringMatching(/^bodyFile: "b\.bin" is not in files/),
  ]);
});

describe("what is known of a file counts:", () => {
  const files = { "users.csv": ref };

  test("a field that its header does not have is refused, with the one that was meant", () => {
    const body = "{{data.users.name}} {{data.users.apikey}}";
    expect(problemsOf(scenario({ data: users(), files, body }), known(5))).toEqual([
      'body: column 23: data.users has no field "apikey"; did you mean "apiKey"?',
    ]);
    expect(problemsOf(scenario({ data: users(), files, body }))).toEqual([]);
  });

  test("unique rows must be enough", () => {
    const unique = scenario({
      data: users({ pick: "unique" }),
      files,
      body: "{{data.users.name}}",
    });
    expect(problemsOf(unique, known(10))).toEqual([]);
    expect(problemsOf(unique, known(9))).toEqual([
      "data.users.pick: 10 iterations need a row each; there are 9",
    ]);
  });

  test("its own problems come with all the others", () => {
    const problems = [{ path: "data.users.csv", message: "users.csv, line 3: 1 fields" }];
    const facts = { sets: new Map(), problems };
    expect(problemsOf(scenario({ data: users(), files, body: "{{data.user.x}}" }), facts)).toEqual([
      'body: column 3: there is no data set "user"; did you mean "users"?',
      "data.users.csv: users.csv, line 3: 1 fields",
    ]);
  });
});

test.each<[string, object, RegExp]>([
  [
    "two sources",
    users({ inline: [{ a: 1 }] }),
    /^data\.users: needs one of inline, generate, csv/,
  ],
  ["a delimiter of JSON", { users: { json: "a.json", delimiter: ";" } }, /^data\.users: delimiter/],
  ["a delimiter of two", users({ delimiter: "||" }), /^data\.users\.delimiter: one character/],
  ["a header of no names", users({ header: "yes" }), /^data\.users\.header: header is true/],
])("is refused: %s", (_name, data, wanted) => {
  const files = { "users.csv": ref, "a.json": ref };
  const problems = problemsOf(scenario({ data, files }));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(wanted);
});

test("a file is named by what a SHA-256 looks like", () => {
  const files = { "users.csv": { ...ref, sha256: "abc" }, "b.csv": { ...ref, bytes: 64_000_001 } };
  expect(problemsOf(scenario({ files }))).toEqual([
    expect.stringMatching(/^files\.users\.csv\.sha256: the SHA-256 of the file/),
    "files.b.csv.bytes: at most 64,000,000 bytes",
  ]);
});
