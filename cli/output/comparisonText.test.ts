import { expect, test } from "vitest";
import type { Comparison } from "@onrush/shared/analysis/comparison.ts";
import { comparisonText } from "./comparisonText.ts";

const run: Comparison["baseline"] = {
  ...{ id: "a", scenarioName: "Shop", startedAt: "2026-11-20T10:00:00.000Z" },
  ...{ state: "COMPLETED", verdict: { sla: "NONE", validity: "VALID", reasons: [] } },
};
const comparison: Comparison = {
  ...{ baseline: run, candidate: { ...run, id: "b" }, threshold: 0.05, verdict: "worse" },
  metrics: [
    {
      ...{ name: "p95", baseline: 40, candidate: 48, ratio: 1.2, low: 1.1, high: 1.3 },
      verdict: "worse",
    },
    {
      ...{ name: "rps", baseline: 100, candidate: 98, ratio: 0.98, low: 0.97, high: 0.99 },
      verdict: "same",
    },
    {
      ...{ name: "errorRate", baseline: 0, candidate: 0.1, ratio: null, low: null, high: null },
      verdict: "worse",
    },
  ],
  notes: ["the scenarios differ in loadProfile"],
};

test("a comparison is a table of changes with their intervals, notes and the verdict", () => {
  expect(comparisonText(comparison).split("\n")).toEqual([
    "baseline   Shop  a  2026-11-20T10:00:00.000Z",
    "candidate  Shop  b  2026-11-20T10:00:00.000Z",
    "",
    "              baseline  candidate     change  95 % interval",
    "response p95     40 ms      48 ms    +20.0 %  +10.0 % to +30.0 %  worse",
    "rate             100/s       98/s     −2.0 %  −3.0 % to −1.0 %    same",
    "error rate         0 %       10 %  from none                      worse",
    "",
    "! the scenarios differ in loadProfile",
    "verdict: worse (differences above 5 % count)",
  ]);
});
