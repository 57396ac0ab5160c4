import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import { describe, expect, test } from "vitest";
import { mergeCurves, previewChart, scenarioCurve } from "./curves.ts";

const flat = (name: string, from: number, to: number, rps: number) => ({
  name,
  points: [
    { seconds: from, rps },
    { seconds: to, rps },
  ],
});

const workload = (name: string, startSecond: number, rps: number) => ({
  ...{
    name,
    startSecond,
    total: 0,
    peakRps: rps,
    durationSeconds: 10,
    plannedPerSecond: [],
    peakUsers: 0,
    userPoints: [],
  },
  points: flat(name, 0, 10, rps).points,
});

describe("rate curves", () => {
  test("a step keeps its exact corners", () => {
    const points = [
      { seconds: 0, rps: 5 },
      { seconds: 10, rps: 5 },
      { seconds: 10, rps: 50 },
      { seconds: 12, rps: 50 },
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
        { seconds: 0, rps: 0 },
        { seconds: 10, rps: 100 },
      ],
    };
    const rows = mergeCurves([ramp, flat("b", 5, 10, 1)]);
    expect(rows.find((row) => row.at === 5)?.["a"]).toBe(50);
  });

  test("the peak is that of all workloads together", () => {
    const chart = previewChart({
      ...{ durationSeconds: 15, totalIterations: 0, totalRequests: 0, warnings: [] },
      workloads: [workload("a", 0, 10), workload("b", 5, 7)],
    });
    expect(chart.peakRps).toBe(17);
    expect(chart.rows.at(-1)).toEqual({ at: 15, a: 0, b: 7 });
  });

  test("a stored scenario draws its own curve", () => {
    const scenario = scenarioSchema.parse({
      ...{ name: "spike", targetUrl: "http://localhost/", durationSeconds: 30 },
      loadProfile: {
        ...{ type: "SPIKE", initialRps: 1, spikeRps: 9 },
        ...{ spikeStartSecond: 10, spikeDurationSeconds: 5 },
      },
    });
    expect(scenarioCurve(scenario)).toEqual([
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
});
