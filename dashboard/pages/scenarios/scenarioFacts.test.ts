import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import { describe, expect, test } from "vitest";
import { run } from "../../testData.ts";
import { latestRuns } from "./latestRuns.ts";
import { scenarioFacts } from "./scenarioFacts.ts";

const step = (name: string) => ({ name, protocol: "http", url: `http://localhost/${name}` });
const constant = { type: "CONSTANT", initialRps: 1 };

describe("a scenario in one line", () => {
  test("the short form", () => {
    const scenario = scenarioSchema.parse({
      ...{ name: "a", targetUrl: "http://localhost/x", method: "POST", durationSeconds: 20 },
      loadProfile: constant,
    });
    expect(scenarioFacts(scenario)).toEqual({
      ...{ method: "POST", target: "http://localhost/x", moreSteps: 0 },
      ...{ profile: "CONSTANT", durationSeconds: 20 },
    });
  });

  test("stages give the duration; further steps are counted", () => {
    const stages = [
      { durationSeconds: 10, targetRps: 5 },
      { durationSeconds: 30, targetRps: 5 },
    ];
    const scenario = scenarioSchema.parse({
      ...{ name: "a", steps: [step("one"), step("two")] },
      loadProfile: { type: "STAGES", initialRps: 0, stages },
    });
    expect(scenarioFacts(scenario)).toMatchObject({
      ...{ target: "http://localhost/one", moreSteps: 1 },
      ...{ profile: "STAGES", durationSeconds: 40 },
    });
  });

  test("workloads of several kinds are counted instead of named", () => {
    const ramp = { type: "RAMP", initialRps: 1, targetRps: 2, rampUpSeconds: 5 };
    const workloads = [constant, ramp].map((loadProfile, i) => ({
      ...{ name: `w${i}`, loadProfile, startSecond: i * 10, durationSeconds: 30 },
      steps: [step("one")],
    }));
    expect(scenarioFacts(scenarioSchema.parse({ name: "a", workloads }))).toMatchObject({
      ...{ profile: "2 workloads", durationSeconds: 40, moreSteps: 1 },
    });
  });
});

test("the newest run of each scenario is the first in the list", () => {
  const runs = [run({ id: "3", scenarioId: "b" }), run({ id: "2" }), run({ id: "1" })];
  const latest = latestRuns(runs);
  expect([latest.get("s1")?.id, latest.get("b")?.id]).toEqual(["2", "3"]);
});
