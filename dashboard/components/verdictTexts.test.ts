import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import { describe, expect, test } from "vitest";
import { run } from "../testData.ts";
import { concerns, slaText, validityText } from "./verdictTexts.ts";

const line = (status: SlaResult["status"]): SlaResult => ({
  ...{ text: "p95 < 9ms", status, value: 1, limit: 9, unit: "ms" },
  ...{ failedAtSecond: null, aborted: false, reason: "" },
});
const ended = { state: "COMPLETED" } as const;

describe("verdicts in words", () => {
  test.each([
    ["no SLA", run()],
    ["SLA holds so far", run({ sla: [line("PASSED"), line("NONE")] })],
    ["SLA broken", run({ sla: [line("PASSED"), line("FAILED")] })],
    ["SLA not judged yet", run({ sla: [line("NONE")] })],
    ["SLA not judged", run({ ...ended, sla: [line("NONE")] })],
  ])("%s", (text, view) => expect(slaText(view).text).toBe(text));

  test("nothing is called valid before its end", () => {
    expect(validityText(run())).toEqual({ text: "not judged yet", color: "gray" });
    expect(validityText(run(ended))).toEqual({ text: "VALID", color: "teal" });
  });

  test("a completed run that is invalid or missed its SLA is of concern", () => {
    const verdict = { sla: "FAILED", validity: "INVALID", reasons: [] } as const;
    const bad = run({ ...ended, verdict: { ...verdict, reasons: [] } });
    expect(concerns(bad).map(({ text }) => text)).toEqual(["INVALID", "SLA failed"]);
    expect(concerns(run(ended))).toEqual([]);
    expect(concerns(run({ sla: [line("PASSED")] }))).toEqual([]);
  });
});
