import { describe, expect, test } from "vitest";
import { parseScenario } from "../scenario/parseScenario.ts";
import { scenarioOutline } from "./scenarioOutline.ts";

const base = {
  name: "Shop",
  targetUrl: "http://127.0.0.1:9092/search?q=shoes&token=hidden-1",
  headers: { Authorization: "Bearer hidden-2" },
  body: "password=hidden-3",
  method: "POST",
  http: { proxy: "http://me:hidden-4@127.0.0.1:3128" },
  durationSeconds: 10,
  loadProfile: { type: "CONSTANT", initialRps: 20 },
};

function outline(over: object = {}) {
  const parsed = parseScenario({ ...base, ...over });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return scenarioOutline(parsed.scenario);
}

/** The fields in which two scenarios differ. */
const differences = (a: object, b: object) => {
  const [one, other] = [outline(a).fingerprints, outline(b).fingerprints];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]);
};

describe("what a report says of a scenario", () => {
  test("what is asked and how often", () => {
    expect(outline()).toMatchObject({
      name: "Shop",
      workloads: [
        {
          ...{ name: "main", load: "20/s for 10 s", startSecond: 0 },
          steps: [{ name: "request", method: "POST", url: "http://127.0.0.1:9092/search" }],
        },
      ],
    });
  });

  test("nothing that is secret", () => {
    expect(JSON.stringify(outline())).not.toContain("hidden");
  });

  test.each<[string, object, string[]]>([
    ["the same document", {}, []],
    ["another name is no other scenario", { name: "Other" }, []],
    [
      "another rate is another load profile",
      { loadProfile: { type: "CONSTANT", initialRps: 21 } },
      ["loadProfile"],
    ],
    ["headers", { headers: { Accept: "text/other" } }, ["headers"]],
    ["a field that was not there", { labels: { region: "eu" } }, ["labels"]],
  ])("%s", (_claim, change, expected) => {
    expect(differences({}, change)).toEqual(expected);
  });

  test("the order of keys makes no difference", () => {
    expect(differences({ headers: { a: "1", b: "2" } }, { headers: { b: "2", a: "1" } })).toEqual(
      [],
    );
  });
});
