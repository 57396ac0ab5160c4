import { expect, test } from "vitest";
import { parseScenario } from "./parseScenario.ts";
import { scenarioWorkloads } from "./workloads.ts";

const short = (change: object) => ({
  ...{ name: "n", targetUrl: "http://h/", method: "POST", durationSeconds: 10 },
  loadProfile: { type: "CONSTANT", initialRps: 10 },
  ...change,
});
const problemsOf = (document: unknown) => {
  const parsed = parseScenario(document);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
};

test("every way to fill a request is accepted", () => {
  const data = { u: { inline: [{ id: 1 }] } };
  const value = "{{data.u.id}}";
  for (const fields of [
    { query: { a: value, b: [1, true, value] }, method: "GET" },
    { body: "always the same", compress: "gzip" },
    { form: { a: value }, compress: "br" },
    { form: { [value]: value, list: ["a", "b"] } },
    { multipart: [{ name: "a", value, filename: "x.txt", contentType: "text/plain" }] },
    { auth: { basic: { user: value, password: "{{uuid}}" } } },
    { auth: { bearer: value }, acceptEncoding: ["gzip", "br"] },
    { auth: "none", headers: { authorization: "own" } },
    { outcomes: [{ name: "none", when: "cookie(a) == b", as: "neutral" }] },
  ]) {
    expect(problemsOf(short({ ...fields, data }))).toEqual([]);
  }
});

test.each<[string, object, RegExp[]]>([
  ["two bodies", { body: "a", form: { a: 1 } }, [/^form: not together with body: /]],
  ["a form of a GET", { form: { a: 1 }, method: "GET" }, [/^form: a GET request has no body$/]],
  [
    "a body without a method",
    { multipart: [{ name: "a", value: 1 }], method: undefined },
    [/^multipart: a GET request has no body; name a method, such as "POST"$/],
  ],
  [
    "what headers say already",
    {
      headers: { Authorization: "a", "accept-encoding": "b" },
      auth: { bearer: "c" },
      acceptEncoding: ["br"],
    },
    [/^auth: not together with the header Authorization/, /^acceptEncoding: not together/],
  ],
  [
    "an own type beside a boundary",
    { headers: { "Content-Type": "multipart/form-data" }, multipart: [{ name: "a", value: "b" }] },
    [/^multipart: not together with the header Content-Type/],
  ],
  ["nothing to compress", { compress: "gzip" }, [/^compress: there is no body to compress$/]],
  [
    "a compressed body whose header says something else",
    { compress: "gzip", form: { a: "{{uuid}}" }, headers: { "content-encoding": "br" } },
    [/^compress: not together with the header/],
  ],
  [
    "a body in no such encoding",
    { compress: "brotli", body: "a" },
    [/^compress: an encoding is "gzip", "deflate", "br" or "zstd"$/],
  ],
  [
    "no such encoding",
    { acceptEncoding: ["lzma"] },
    [/^acceptEncoding\[0\]: an encoding is "gzip"/],
  ],
  ["an auth that is none", { auth: { token: "x" } }, [/^auth: auth is /]],
  [
    "data that is not there",
    { auth: { bearer: "{{data.u.id}}" } },
    [/^auth.bearer: column 3: there is no data/],
  ],
  [
    "a variable nobody has",
    { query: { a: "{{vars.t}}" } },
    [/^query.a: column 3: no earlier step/],
  ],
  [
    "a condition that is none",
    { outcomes: [{ name: "x", when: "statu == 402", as: "neutral" }] },
    [/^outcomes\[0\].when: column 1: unknown "statu"; did you mean "status"\?$/],
  ],
  [
    "an outcome of another kind",
    { outcomes: [{ name: "x", when: "status == 402", as: "warning" }] },
    [/^outcomes\[0\].as: as is "ok", "failed" or "neutral"$/],
  ],
])("is refused: %s", (_name, change, wanted) => {
  const problems = problemsOf(short(change));
  expect(problems).toHaveLength(wanted.length);
  wanted.forEach((pattern, i) => expect(problems[i]).toMatch(pattern));
});

test("steps have what their workload says, and that has what the scenario says", () => {
  const outcome = (name: string) => ({ name, when: "status == 402", as: "neutral" });
  const steps = [{ name: "a", protocol: "http", url: "http://h/", outcomes: [outcome("step")] }];
  const parsed = parseScenario({
    ...{ name: "n", durationSeconds: 10, auth: { bearer: "all" }, outcomes: [outcome("all")] },
    workloads: [
      { name: "own", auth: "none", outcomes: [outcome("own")], steps },
      { name: "other", steps },
    ].map((workload) => ({ ...workload, loadProfile: { type: "CONSTANT", initialRps: 1 } })),
  });
  const defaults = parsed.ok ? scenarioWorkloads(parsed.scenario).map((w) => w.defaults) : [];
  expect(defaults).toEqual([
    { auth: "none", outcomes: [outcome("own"), outcome("all")] },
    { auth: { bearer: "all" }, outcomes: [outcome("all")] },
  ]);
});
