import { describe, expect, test } from "vitest";
import { parseScenario } from "./parseScenario.ts";

const step = (name: string, more: object = {}) => ({
  ...{ name, protocol: "http", url: "http://h/" },
  ...more,
});
const users = { loadProfile: { type: "VUS", vus: 2 }, durationSeconds: 10 };
const arrivals = { loadProfile: { type: "CONSTANT", initialRps: 10 }, durationSeconds: 10 };
const scenario = (steps: unknown, more: object = users) => ({ name: "n", ...more, steps });

const problemsOf = (document: unknown) => {
  const parsed = parseScenario(document);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
};
const nested = (depth: number): object =>
  depth === 0 ? step("a") : { repeat: 1, steps: [nested(depth - 1)] };

const token = { token: { from: "json($.t)", scope: "virtualUser" } };
const useToken = { headers: { "x-token": "{{vars.token}}" } };

test.each<[string, object]>([
  [
    "everything in everything",
    scenario([
      step("login", { extract: token, onError: "abortIteration", tags: { team: "id" } }),
      {
        group: "shop",
        tags: { team: "cart" },
        repeat: 3,
        steps: [
          { parallel: [step("a"), step("b", useToken)], thinkTimeSeconds: 0.1 },
          {
            choose: [
              { weight: 3, steps: [step("c")] },
              { weight: 0.5, steps: [] },
            ],
          },
        ],
      },
    ]),
  ],
  ["nesting as deep as it may be", scenario([nested(8)])],
  ["10,000 requests in an iteration", scenario([{ repeat: 10_000, steps: [step("a")] }])],
  [
    "a variable of any branch before",
    scenario([
      {
        choose: [{ steps: [step("a", { extract: { token: "status" } })] }, { steps: [step("b")] }],
      },
      step("c", useToken),
    ]),
  ],
  [
    "what a user keeps, before it was extracted",
    scenario([step("a", useToken), step("b", { extract: token })]),
  ],
  ["a step and a group of the same name", scenario([{ group: "a", steps: [step("a")] }])],
])("%s is accepted", (_, document) => {
  expect(problemsOf(document)).toEqual([]);
});

describe("is refused with its path:", () => {
  test.each<[string, object, string[]]>([
    [
      "a typing error deep inside",
      scenario([
        step("a"),
        { choose: [{ steps: [step("b"), { ...step("c", { ulr: "x" }), url: undefined }] }] },
      ]),
      [
        "steps[1].choose[0].steps[1].url: needed (a text)",
        'steps[1].choose[0].steps[1].ulr: unknown field; did you mean "url"?',
      ],
    ],
    [
      "a mistyped element",
      scenario([step("a"), { paralel: [step("b")] }]),
      [
        'steps[1].paralel: unknown field; did you mean "parallel"?',
        ...["name", "protocol", "url"].map((field) => `steps[1].${field}: `),
      ],
    ],
    [
      "a wrong weight",
      scenario([step("a"), { choose: [{ weight: 0, steps: [step("b")] }] }]),
      ["steps[1].choose[0].weight: a weight is above 0"],
    ],
    [
      "a variable of another branch",
      scenario([
        step("z"),
        {
          choose: [
            { steps: [step("a", { extract: { token: "status" } })] },
            { steps: [step("b", useToken)] },
          ],
        },
      ]),
      ['steps[1].choose[1].steps[0].headers.x-token: column 3: no earlier step extracts "token"'],
    ],
    [
      "a variable of what is sent together",
      scenario([{ parallel: [step("a", { extract: { token: "status" } }), step("b", useToken)] }]),
      ['steps[0].parallel[1].headers.x-token: column 3: no earlier step extracts "token"'],
    ],
    [
      "a body of a GET, a bad check and an unknown set in a repeat",
      scenario([
        {
          repeat: 2,
          steps: [step("a", { body: "x", checks: ["status = 1"], headers: { b: "{{data.u.a}}" } })],
        },
      ]),
      [
        "steps[0].steps[0].body: a GET request has no body",
        "steps[0].steps[0].headers.b: column 3: there is no data set",
        "steps[0].steps[0].checks[0]: column 8",
      ],
    ],
    [
      "the same name twice",
      scenario([step("a"), { group: "g", steps: [step("a")] }, { group: "g", steps: [step("b")] }]),
      [
        "steps[1].steps[0].name: already the name of steps[0]",
        "steps[2].group: already the name of steps[1]",
      ],
    ],
    [
      "steps in steps without a reason",
      scenario([{ steps: [step("a")] }]),
      ['steps[0]: steps in steps need a "group" or a "repeat"'],
    ],
    ["nesting too deep", scenario([nested(9)]), ["nested more than 8 deep"]],
    [
      "too many requests",
      scenario([{ repeat: 101, steps: [{ repeat: 100, steps: [step("a")] }] }]),
      ["steps: an iteration would make up to 10100 requests; at most 10000: repeat less"],
    ],
    [
      "too many steps",
      scenario([
        { group: "g", steps: Array.from({ length: 100 }, (_, i) => step(`s${i}`)) },
        step("a"),
      ]),
      ["steps: 101 steps in all; at most 100"],
    ],
    [
      "an iteration without a request",
      scenario([{ choose: [{ steps: [step("a")] }, { steps: [] }] }]),
      ["steps: an iteration could be without a request: put one step outside of choose"],
    ],
    [
      "a pause within parallel",
      scenario([{ parallel: [step("a", { thinkTimeSeconds: 1 })] }]),
      ["steps[0].parallel[0].thinkTimeSeconds: the pause comes after all of parallel"],
    ],
    [
      "a user's variable where each arrival is a fresh user",
      scenario([{ repeat: 2, steps: [step("a", { extract: token })] }], arrivals),
      ["steps[0].steps[0].extract.token.scope: each arrival of CONSTANT is a fresh user"],
    ],
    [
      "a variable with two scopes",
      scenario([step("a", { extract: token }), step("b", { extract: { token: "status" } })]),
      ["steps[1].extract.token: has another scope than steps[0].extract.token"],
    ],
    [
      "an unknown scope and a bad expression",
      scenario([
        step("a", { extract: { a: { from: "jso($.t)" }, b: { from: "status", scope: "x" } } }),
      ]),
      ["steps[0].extract.a.from: column 1", "steps[0].extract.b: an extraction is"],
    ],
    [
      "an unknown onError",
      scenario([step("a", { onError: "stop" })]),
      ['steps[0].onError: onError is "continue" or "abortIteration"'],
    ],
  ])("%s", (_, document, expected) => {
    const problems = problemsOf(document);
    for (const text of expected) expect(problems.join("\n")).toContain(text);
    expect(problems).toHaveLength(expected.length);
  });

  test("a nesting without end, at once", () => {
    expect(problemsOf(scenario([nested(2_000)]))).toHaveLength(1);
  });
});
