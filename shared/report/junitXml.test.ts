import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import type { RunView } from "../api/runView.ts";
import type { SlaResult } from "../api/slaResult.ts";
import { junitXml } from "./junitXml.ts";
import { measuredRun, twoSteps } from "./reports.testing.ts";

const [shoppers] = twoSteps.workloads;

const line = (over: Partial<SlaResult>): SlaResult => ({
  ...{ text: "p95 < 5ms", status: "PASSED", value: 4, limit: 5, unit: "ms" },
  ...{ failedAtSecond: null, aborted: false, reason: "" },
  ...over,
});

interface Case {
  name: string;
  classname: string;
  failure?: { message: string };
  error?: { message: string };
  skipped?: { message: string };
}
interface Suites {
  name: string;
  tests: string;
  failures: string;
  errors: string;
  testsuite: { name: string; tests: string; testcase: Case[] }[];
}

/** Read by an XML parser that refuses what is not well-formed. */
function read(run: RunView): Suites {
  const text = junitXml(run);
  expect(XMLValidator.validate(text)).toBe(true);
  const parser = new XMLParser({
    ...{ ignoreAttributes: false, attributeNamePrefix: "", parseAttributeValue: false },
    htmlEntities: true,
    isArray: (name) => name === "testcase" || name === "testsuite",
  });
  return (parser.parse(text) as { testsuites: Suites }).testsuites;
}

const casesOf = (run: RunView) => read(run).testsuite.flatMap((suite) => suite.testcase);

describe("a run as JUnit XML", () => {
  test("validity, each SLA line and each check are test cases", () => {
    const run = measuredRun({}, { sla: [line({}), line({ text: "rps > 10", status: "NONE" })] });
    expect(casesOf(run).map(({ classname, name }) => `${classname}: ${name}`)).toEqual([
      "validity: the measurement is valid",
      "sla: p95 < 5ms",
      "sla: rps > 10",
      "checks: login: status == 200",
    ]);
  });

  test("what failed says by how much, and is counted", () => {
    const failed = line({
      status: "FAILED",
      value: 8.5,
      failedAtSecond: 3,
      reason: "p95 was over",
    });
    const run = measuredRun({}, { sla: [failed] });
    const suites = read(run);
    expect(suites).toMatchObject({ tests: "3", failures: "2", errors: "0" });
    const [, sla, check] = casesOf(run);
    expect(sla?.failure?.message).toBe("p95 was over, measured 8.5 ms");
    expect(check?.failure?.message).toBe("held 190 of 200 times (95.00 %)");
  });

  test("checks of steps that have a name in common tell their workloads", () => {
    const names = { workloads: ["a", "b"].map((name) => ({ steps: [], ...shoppers, name })) };
    const checks = casesOf(measuredRun({ names })).filter(
      ({ classname }) => classname === "checks",
    );
    expect(checks.map(({ name }) => name)).toEqual([
      ...["a / login: status == 200", "b / login: status == 200"],
    ]);
  });

  test("a check that always held passes", () => {
    const [, check] = casesOf(measuredRun({ failed: 0 }));
    expect(check).toMatchObject({ name: "login: status == 200" });
    expect(check?.failure).toBeUndefined();
  });

  test.each<[string, Partial<RunView>, keyof Case, string]>([
    [
      "an invalid run fails",
      { verdict: { sla: "NONE", validity: "INVALID", reasons: ["lost 20 %"] } },
      ...(["failure", "INVALID: lost 20 %"] as const),
    ],
    ["a failed run is an error", { state: "FAILED" }, "error", "FAILED, VALID"],
    ["one that goes on is skipped", { state: "RUNNING" }, "skipped", "the run is RUNNING"],
  ])("%s", (_claim, over, outcome, message) => {
    const [validity] = casesOf(measuredRun({}, over));
    expect(validity?.[outcome]).toEqual({ message });
  });

  test("names from anybody stay text", () => {
    const text = `]]></testcase><x a="1"> & 'q' \u0000\u001b\ud83d \n end`;
    const run = measuredRun({}, { scenarioName: text, sla: [line({ text, status: "FAILED" })] });
    const suites = read(run);
    const shown = `]]></testcase><x a="1"> & 'q' \ufffd\ufffd\ufffd \n end`;
    expect(suites.name).toBe(shown);
    expect(suites.testsuite).toHaveLength(3);
    expect(casesOf(run)[1]?.name).toBe(shown);
  });
});
