import type { RunView } from "../api/runView.ts";
import { describe, expect, test } from "vitest";
import { verdictSentence } from "./verdictSentence.ts";

type Case = [RunView["state"], RunView["verdict"]["validity"], RunView["verdict"]["sla"], string];

describe("a verdict in words", () => {
  test.each<Case>([
    ["QUEUED", "VALID", "NONE", "neutral: Waiting for free workers. Place 2."],
    [
      "RUNNING",
      "SUSPECT",
      "NONE",
      "warn: Sending load; the verdict comes at the end. So far suspect:",
    ],
    [
      "COMPLETED",
      "VALID",
      "PASSED",
      "good: The generator kept to its schedule, so these numbers describe the target. It met its SLA.",
    ],
    [
      "COMPLETED",
      "VALID",
      "FAILED",
      "bad: The generator kept to its schedule, so these numbers describe the target. It missed its SLA.",
    ],
    // A pass on numbers that mean nothing is no pass.
    ["COMPLETED", "INVALID", "PASSED", "bad: Do not use these numbers:"],
    [
      "STOPPED",
      "SUSPECT",
      "NONE",
      "warn: Stopped before the end of the schedule. Read these numbers with care:",
    ],
    ["FAILED", "VALID", "NONE", "bad: The run failed. See the events below."],
  ])("%s %s %s", (state, validity, sla, expected) => {
    const verdict = { validity, sla, reasons: [] };
    const { tone, text } = verdictSentence({ state, verdict, queuePosition: 2 });
    expect(`${tone}: ${text}`).toBe(expected);
  });
});
