import { describe, expect, test } from "vitest";
import { parseScenario } from "./parseScenario.ts";

const loadProfile = { type: "CONSTANT", initialRps: 10 };
const step = { name: "a", protocol: "http", url: "http://h/" };

const scenario = (change: object) => ({
  ...{ name: "n", loadProfile, durationSeconds: 10 },
  ...change,
});
const short = (change: object) => scenario({ targetUrl: "http://h/", method: "POST", ...change });
const users = (change: object = {}) => ({
  users: { inline: [{ apiKey: "a", n: 1 }], ...change },
});
const generated = (fields: object, change: object = {}) => ({
  users: { generate: { count: 10, fields }, ...change },
});

const problemsOf = (document: unknown) => {
  const parsed = parseScenario(document);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
};

test.each<[string, object]>([
  [
    "data in every place",
    short({
      targetUrl: "http://h/{{data.users.apiKey}}?n={{iteration}}",
      headers: { "x-key": "{{data.users.apiKey}}" },
      body: { a: ["{{data.users.n}}"] },
      data: users(),
      checks: ["status == 200", { name: "fast", check: "latency < 1s", failRequest: false }],
    }),
  ],
  [
    "a variable of an earlier step",
    scenario({
      steps: [
        { ...step, extract: { token: "json($.token)" } },
        { ...step, name: "b", headers: { authorization: "Bearer {{vars.token}}" } },
      ],
    }),
  ],
  ["enough unique rows", short({ data: generated({ a: 1 }, { pick: "unique" }), body: "x" })],
  ["a literal {{", short({ body: '{{"{{"}}' })],
  [
    "a unique row for each of a known number of iterations",
    short({
      body: "{{data.users.a}}",
      durationSeconds: undefined,
      loadProfile: { type: "ITERATIONS", iterations: 10, concurrency: 2, maxDurationSeconds: 60 },
      data: generated({ a: 1 }, { pick: "unique" }),
    }),
  ],
])("%s is accepted", (_name, document) => {
  expect(problemsOf(document)).toEqual([]);
});

describe("is refused with its path and column:", () => {
  test.each<[string, object, RegExp[]]>([
    [
      "an unknown data set",
      short({ body: "ab{{data.user.apiKey}}", data: users() }),
      [/^body: column 5: there is no data set "user"; did you mean "users"\?$/],
    ],
    [
      "an unknown field",
      short({ headers: { k: "{{data.users.apikey}}" }, data: users() }),
      [/^headers\.k: column 3: data\.users has no field "apikey"; did you mean "apiKey"\?$/],
    ],
    [
      "a variable of a later step",
      scenario({
        steps: [
          { ...step, url: "http://h/{{vars.token}}" },
          { ...step, name: "b", extract: { token: "json($.token)" } },
        ],
      }),
      [/^steps\[0\]\.url: column 12: no earlier step extracts "token"$/],
    ],
    [
      "a mistyped variable in a workload",
      scenario({
        loadProfile: undefined,
        workloads: [
          {
            name: "w",
            loadProfile,
            steps: [
              { ...step, extract: { token: "json($.token)" } },
              { ...step, name: "b", method: "POST", body: { t: "{{vars.tokn}}" } },
            ],
          },
        ],
      }),
      [/^workloads\[0\]\.steps\[1\]\.body\.t: column 3: .*did you mean "token"\?$/],
    ],
    [
      "an unknown function, an argument too few, and both at once",
      short({
        targetUrl: "http://h/{{uid}}",
        body: { a: "{{randomInt 1}}" },
      }),
      [/^targetUrl: column 12: .*"uuid"/, /^body\.a: column 3: randomInt takes two/],
    ],
    ["row outside of generated data", short({ body: "{{row}}" }), [/^body: column 3: row is for/]],
    [
      "a template in a generated field that knows no such thing",
      short({
        data: generated({ a: "{{timestamp}}" }),
      }),
      [/^data\.users\.generate\.fields\.a: column 3: .*row, uuid and randomInt/],
    ],
    [
      "rows of different fields",
      short({
        data: {
          users: {
            inline: [
              { a: 1, b: 2 },
              { a: 1, bb: 2 },
            ],
          },
        },
      }),
      [/inline\[1\]\.b: needed/, /inline\[1\]\.bb: unknown.*"b"/],
    ],
    [
      "no rows, or two kinds of them",
      short({
        data: { a: {}, b: { inline: [{}], generate: { count: 1, fields: {} } } },
      }),
      [/^data\.a: needs one of inline/, /^data\.b: needs one of inline/],
    ],
    [
      "a file of rows",
      short({ data: { a: { csv: "users.csv" } } }),
      [/^data\.a\.csv: "users\.csv" is not in files/],
    ],
    [
      "weights of nothing, a range upside down",
      short({
        data: generated({ a: { weighted: { x: 0 } }, b: { randomInt: [2, 1] } }),
      }),
      [/fields\.a/, /fields\.b/],
    ],
    [
      "too few unique rows",
      short({
        body: "{{data.users.a}}",
        data: generated({ a: 1 }, { pick: "unique" }),
      }),
      [/^data\.users\.pick: 100 iterations need a row each; there are 10$/],
    ],
    [
      "unique rows where nobody knows how many iterations there will be",
      short({
        body: "{{data.users.a}}",
        loadProfile: { type: "VUS", vus: 2 },
        data: generated({ a: 1 }, { pick: "unique" }),
      }),
      [/^data\.users\.pick: an unknown number of iterations/],
    ],
    [
      "unique rows for two workloads",
      scenario({
        loadProfile: undefined,
        data: { users: { generate: { count: 1_000, fields: { a: 1 } }, pick: "unique" } },
        workloads: ["w", "v"].map((name) => ({
          ...{ name, loadProfile },
          steps: [{ ...step, url: "http://h/{{data.users.a}}" }],
        })),
      }),
      [/^data\.users\.pick: 2 workloads would share/],
    ],
    [
      "a variable that setup needs before it extracts it, and one it never does",
      short({
        body: "{{vars.tokn}}",
        setup: [
          { ...step, name: "a", url: "http://h/{{vars.token}}" },
          { ...step, name: "b", extract: { token: "json($.token)" } },
        ],
        teardown: [{ ...step, url: "http://h/{{vars.nothing}}" }],
      }),
      [
        /^setup\[0\]\.url: column 12: no earlier step extracts "token"$/,
        /^body: column 3: .*did you mean "token"\?$/,
        /^teardown\[0\]\.url: column 12: no earlier step extracts "nothing"/,
      ],
    ],
    [
      "a name that setup has given already",
      scenario({
        setup: [{ ...step, extract: { token: "json($.token)" } }],
        steps: [{ ...step, extract: { token: "status" } }],
      }),
      [/^steps\[0\]\.extract\.token: setup extracts it already: choose another name$/],
    ],
    [
      "a unique row that setup would take from the load",
      short({
        body: "{{data.users.a}}",
        data: generated({ a: 1 }, { pick: "unique" }),
        setup: [{ ...step, url: "http://h/{{data.users.a}}" }],
      }),
      [/^data\.users\.pick: 2 workloads would share its rows \(setup and teardown/],
    ],
    [
      "problems of steps that are done once",
      short({ setup: [{ ...step, body: "x" }, step], teardown: [{ repeat: 2, steps: [] }] }),
      [/^setup\[0\]\.body: a GET request/, /^setup\[1\]\.name: already/, /^teardown\[0\]\.steps/],
    ],
    [
      "checks that are none",
      short({ checks: ["statu == 200", { name: "x", check: "status = 1" }] }),
      [/^checks\[0\]: column 1: .*"status"/, /^checks\[1\]\.check: column 8: .*"=="/],
    ],
    [
      "two checks of one name",
      short({ checks: ["status == 200", "status == 200"] }),
      [/^checks\[1\]: already the name of checks\[0\]/],
    ],
    [
      "more checks than a request can count",
      short({
        checks: Array.from({ length: 31 }, (_, i) => `status != ${i}`),
      }),
      [/^checks: /],
    ],
    [
      "an extraction that is none",
      scenario({
        steps: [{ ...step, extract: { a: "json(x)", "b c": "status" } }],
      }),
      [/^steps\[0\]\.extract\.b c: /, /^steps\[0\]\.extract\.a: column 6/],
    ],
    [
      "extract where there is no later step to use it",
      short({ extract: { a: "status" } }),
      [/^extract: unknown field/],
    ],
  ])("%s", (_name, document, wanted) => {
    const problems = problemsOf(document);
    expect(problems.length, problems.join("\n")).toBe(wanted.length);
    for (const pattern of wanted) {
      expect(
        problems.some((problem) => pattern.test(problem)),
        `${pattern}\n${problems.join("\n")}`,
      ).toBe(true);
    }
  });
});

describe("what is wrong in very many places is told soon:", () => {
  const lots = <T>(count: number, one: (i: number) => T) =>
    Array.from({ length: count }, (_, i) => one(i));
  const row = (name: string) => Object.fromEntries(lots(5_000, (i) => [`${name}${i}`, i]));
  const data = { a: { inline: [row("column")] } };

  test.each<[string, object, RegExp]>([
    [
      "rows of different fields",
      { data: { a: { inline: [row("column"), row("kolumn")] } } },
      /^data\.a\.inline\[1\]\.column0: needed/,
    ],
    [
      "rows without fields",
      { data: { a: { inline: [row("column"), ...lots(50_000, () => ({}))] } } },
      /^data\.a\.inline\[1\]\.column0: needed/,
    ],
    [
      "mistyped fields of one set",
      { data, body: lots(20_000, (i) => `{{data.a.kolumn${i}}}`) },
      /^body\[0\]: column 3: data\.a has no field "kolumn0"$/,
    ],
    [
      "lines of names that are not there",
      { sla: lots(20_000, (i) => `step(s${i}).p95 < 1ms`), body: "x" },
      /^sla: at most 50/,
    ],
  ])("%s", (_what, change, first) => {
    const problems = problemsOf(short(change));
    expect(problems[0]).toMatch(first);
    expect(problems.length).toBeLessThanOrEqual(201);
  });

  test("with suggestions as long as there are few names", () => {
    const few = { a: { inline: [{ column: 1 }] } };
    const body = lots(1_000, () => "{{data.a.colum}}");
    const problems = problemsOf(short({ data: few, body }));
    expect(problems.slice(0, 200).every((text) => text.includes('did you mean "column"?'))).toBe(
      true,
    );
    expect(problems.at(-1)).toBe(": and 800 more problems");
  });
});
