import { describe, expect, test } from "vitest";
import type { StartOptions } from "../target.ts";
import { knownDescription, readKnownOptions } from "./knownOptions.ts";

describe("options of known", () => {
  test.each<[StartOptions, string]>([
    [
      { delayDistribution: "normal:50" },
      'delayDistribution: "normal:50" is none of exponential:MEAN_MS, uniform:MIN_MS:MAX_MS (MIN_MS up to MAX_MS) and lognormal:MEDIAN_MS:SIGMA with milliseconds from 0 to 3600000 and sigma from 0 to 10; write it like lognormal:50:0.5',
    ],
    [
      { delayMs: 1, delayDistribution: "exponential:5" },
      "delayMs and delayDistribution exclude each other; keep one of them",
    ],
    [{ seed: -1 }, "seed must be a whole number from 0 to 4294967295"],
    [{ seed: 2 ** 32 }, "seed must be"],
    [{ stallAfterMs: 5 }, "stallAfterMs needs stallMs, the duration of the stall, above 0"],
    [{ stallMs: -1 }, "stallMs must be a number from 0 to 3600000"],
    [{ slowBodyMs: 5 }, "slowBodyMs needs slowBodyBytes, the size of the body, above 0"],
    [{ slowBodyBytes: 1.5 }, "slowBodyBytes must be a whole number from 0 to 100000000"],
    [{ killEvery: 0.5 }, "killEvery must be a whole number from 0 to 1000000000"],
  ])("%j is refused: %s", (given, message) => {
    expect(() => readKnownOptions(given)).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS", message: expect.stringContaining(message) }),
    );
  });

  test("one error lists every problem", () => {
    const given = { delayDistribution: "x", delayMs: 1, stallAfterMs: 1, slowBodyMs: 1, seed: "y" };
    for (const name of ["is none of", "exclude", "needs stallMs", "needs slowBodyBytes", "seed"]) {
      expect(() => readKnownOptions(given)).toThrow(name);
    }
  });

  test.each<StartOptions>([
    { delayMs: "0", delayDistribution: "exponential:5", seed: "0" },
    { delayMs: 5, delayDistribution: "" },
    { stallMs: 5 },
    { slowBodyBytes: 5 },
    {
      ...{
        delayDistribution: "uniform:0:1",
        stallAfterMs: 1,
        stallMs: 1,
        statusMix: "200:1,204:1",
      },
      ...{ slowBodyBytes: 9, slowBodyMs: 1, killEvery: 2 },
    },
  ])("%j is accepted", (given) => {
    expect(readKnownOptions(given)).toMatchObject({ port: knownDescription.defaultPort });
  });
});
