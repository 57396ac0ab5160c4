import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import { describe, expect, test } from "vitest";
import { mergeCurves, scenarioCurves } from "./curves.ts";

const flat = (name: string, from: number, to: number, value: number) => ({
  name,
  points: [
    { seconds: from, value },
    { seconds: to, value },
  ],
});

describe("rate curves", () => {
  test("a step keeps its exact corners", () => {
    const points = [
      { seconds: 0, value: 5 },
      { seconds: 10, value: 5 },
      { seconds: 10, value: 50 },
      { seconds: 12, value: 50 },
    ];
    expect(mergeCurves([{ name: "a", points }])).toEqual([
      { at: 0, a: 5 },
      { at: 10, a: 5 },
      { at: 10, a: 50 },
      { at: 12, a: 50 },
    ]);
  });

  test("a workload that starts later is zero before and steps up then", () => {
    const rows = mergeCurves([flat("a", 0, 20, 1), flat("b", 10, 20, 4)]);
    expect(rows).toEqual([
      { at: 0, a: 1, b: 0 },
      { at: 10, a: 1, b: 0 },
      { at: 10, a: 1, b: 4 },
      { at: 20, a: 1, b: 4 },
    ]);
  });

  test("a ramp is read between its corners", () => {
    const ramp = {
      name: "a",
      points: [
        { seconds: 0, value: 0 },
        { seconds: 10, value: 100 },
      ],
    };
    const rows = mergeCurves([ramp, flat("b", 5, 10, 1)]);
    expect(rows.find((row) => row.at === 5)?.["a"]).toBe(50);
  });

  test("a stored scenario draws its own curve", () => {
    const scenario = scenarioSchema.parse({
      ...{ name: "spike", targetUrl: "http://localhost/", durationSeconds: 30 },
      loadProfile: {
        ...{ type: "SPIKE", initialRps: 1, spikeRps: 9 },
        ...{ spikeStartSecond: 10, spikeDurationSeconds: 5 },
      },
    });
    expect(scenarioCurves(scenario).users).toEqual([]);
    expect(scenarioCurves(scenario).rate).toEqual([
      ...[
        { at: 0, value: 1 },
        { at: 10, value: 1 },
        { at: 10, value: 9 },
      ],
      ...[
        { at: 15, value: 9 },
        { at: 15, value: 1 },
        { at: 30, value: 1 },
      ],
    ]);
  });

  test.each<[string, object, object, { at: number; value: number }[]]>([
    [
      "a steady number of users",
      { type: "VUS", vus: 64 },
      { durationSeconds: 30 },
      [
        { at: 0, value: 64 },
        { at: 30, value: 64 },
      ],
    ],
    [
      "iterations until their time is up",
      { type: "ITERATIONS", iterations: 9, concurrency: 3, maxDurationSeconds: 20 },
      {},
      [
        { at: 0, value: 3 },
        { at: 20, value: 3 },
      ],
    ],
  ])("%s is a curve of users, not of a rate", (_, loadProfile, some, expected) => {
    const short = { name: "a", targetUrl: "http://localhost/", loadProfile, ...some };
    expect(scenarioCurves(scenarioSchema.parse(short))).toEqual({ rate: [], users: expected });
  });
});
