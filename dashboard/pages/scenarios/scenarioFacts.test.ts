import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { LoadProfile } from "@onrush/shared/scenario/loadProfile.ts";
import { describe, expect, test } from "vitest";
import { run } from "../../testData.ts";
import { latestRuns } from "./latestRuns.ts";
import { profileText } from "@onrush/shared/format/profileText.ts";
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
      ...{ profile: "1/s for 20 s", durationSeconds: 20, mayEndEarly: false },
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
      ...{ profile: "stages up to 5/s", durationSeconds: 40 },
    });
  });

  test("several workloads are counted instead of named", () => {
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

describe("a load profile in a few words", () => {
  const bursts = [4, 9].map((rps, i) => ({ startSecond: 10 * i, durationSeconds: 1, rps }));
  const stages = [{ durationSeconds: 5, targetVus: 40 }];
  test.each<[LoadProfile, string]>([
    [{ type: "CONSTANT", initialRps: 8.3 }, "8.3/s for 30 s"],
    [{ type: "RAMP", initialRps: 5, targetRps: 80, rampUpSeconds: 9 }, "5 to 80/s for 30 s"],
    [{ type: "BURST", initialRps: 1, bursts }, "1/s, bursts of 9/s"],
    [
      {
        ...{ type: "SPIKE", initialRps: 1, spikeRps: 7 },
        ...{ spikeStartSecond: 2, spikeDurationSeconds: 3 },
      },
      "1/s, spike of 7/s",
    ],
    [
      { type: "STAGES", initialRps: 9, stages: [{ durationSeconds: 5, targetRps: 4 }] },
      "stages up to 9/s",
    ],
    [{ type: "DEVICES", devices: 5_000, messagesPerSecond: 0.2 }, "5,000 devices, each 0.2/s"],
    [{ type: "VUS", vus: 64 }, "64 users for 30 s"],
    [{ type: "VUS", vus: 1, paceSeconds: 2 }, "1 user for 30 s"],
    [{ type: "VU_STAGES", initialVus: 3, stages }, "up to 40 users for 30 s"],
    [
      { type: "ITERATIONS", iterations: 10_000, concurrency: 50, maxDurationSeconds: 600 },
      "10,000 iterations by 50 users",
    ],
  ])("%o", (profile, text) => expect(profileText(profile, 30)).toBe(text));
});

test("iterations may end before their time", () => {
  const scenario = scenarioSchema.parse({
    ...{ name: "a", targetUrl: "http://localhost/" },
    loadProfile: { type: "ITERATIONS", iterations: 5, concurrency: 2, maxDurationSeconds: 90 },
  });
  expect(scenarioFacts(scenario)).toMatchObject({ mayEndEarly: true, durationSeconds: 90 });
});

test("the newest run of each scenario is the first in the list", () => {
  const runs = [run({ id: "3", scenarioId: "b" }), run({ id: "2" }), run({ id: "1" })];
  const latest = latestRuns(runs);
  expect([latest.get("s1")?.id, latest.get("b")?.id]).toEqual(["2", "3"]);
});
