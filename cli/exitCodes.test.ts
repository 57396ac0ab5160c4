import { expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { exitCodeOf } from "./exitCodes.ts";
import { endedRun } from "./output/runs.testing.ts";

type Validity = RunView["verdict"]["validity"];
type Sla = RunView["verdict"]["sla"];

/** The first that applies: 130 interrupted, 1 error, 4 INVALID, 3 SLA failed, 0. */
const table: [RunView["state"], Validity, Sla, interrupted: boolean, strict: boolean, number][] = [
  ["COMPLETED", "VALID", "NONE", false, false, 0],
  ["COMPLETED", "VALID", "PASSED", false, true, 0],
  ["STOPPED", "VALID", "NONE", false, false, 0],
  ["COMPLETED", "SUSPECT", "PASSED", false, false, 0],
  ["COMPLETED", "SUSPECT", "PASSED", false, true, 4],
  ["COMPLETED", "VALID", "FAILED", false, false, 3],
  ["COMPLETED", "SUSPECT", "FAILED", false, false, 3],
  ["COMPLETED", "SUSPECT", "FAILED", false, true, 4],
  ["COMPLETED", "INVALID", "PASSED", false, false, 4],
  ["COMPLETED", "INVALID", "FAILED", false, false, 4],
  ["FAILED", "INVALID", "FAILED", false, true, 1],
  ["STOPPED", "INVALID", "FAILED", true, true, 130],
  ["FAILED", "INVALID", "NONE", true, false, 130],
  ["COMPLETED", "VALID", "PASSED", true, false, 130],
];

test.each(table)(
  "%s, %s, SLA %s, interrupted %s, strict %s → %d",
  (state, validity, sla, interrupted, strict, code) => {
    const run = endedRun({ state, verdict: { sla, validity, reasons: [] } });
    expect(exitCodeOf(run, interrupted, strict)).toBe(code);
  },
);
