import { describe, expect, test } from "vitest";
import { RunTotals } from "../metrics/summary.ts";
import { measuredRun, measuredSeconds, twoSteps } from "./reports.testing.ts";
import { chooseHistogram, histogramDocument, histogramDocumentSchema } from "./runHistogram.ts";

const totals = new RunTotals();
for (const record of measuredSeconds()) totals.add(record);

describe("the histogram of a run", () => {
  test.each([
    ["all of it", {}, 400],
    ["a step", { step: "login" }, 200],
    ["a workload", { workload: "shoppers" }, 400],
    ["a step of a workload", { workload: "shoppers", step: "search" }, 200],
  ])("%s", (_claim, choice, count) => {
    expect(chooseHistogram(totals, twoSteps, { kind: "service", ...choice })?.total).toBe(count);
  });

  test.each([[{ step: "logout" }], [{ workload: "nobody" }]])("%o is not there", (choice) => {
    expect(chooseHistogram(totals, twoSteps, { kind: "response", ...choice })).toBeUndefined();
  });

  test("as a document it says what the summary says", () => {
    const choice = { kind: "response" } as const;
    const histogram = chooseHistogram(totals, twoSteps, choice);
    if (histogram === undefined) throw new Error("no histogram");
    const document = histogramDocument(histogram, choice, [50, 66, 99]);
    expect(histogramDocumentSchema.parse(document)).toEqual(document);
    const response = measuredRun().summary?.response;
    expect(document).toMatchObject({ count: 400, min: response?.min, max: response?.max });
    expect(document.percentiles[0]).toEqual({ percent: 50, ms: response?.p50 });
    expect(document.percentiles.map(({ percent }) => percent)).toEqual([50, 66, 99]);
    expect(document.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(400);
  });
});
