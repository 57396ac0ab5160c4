import { describe, expect, test } from "vitest";
import { hasEnded, nextState, type RunPhase, runStates, type RunTrigger } from "./runState.ts";

const triggers: RunTrigger[] = [
  ...(["placed", "started", "stopRequested", "allReported"] as const),
  ...(["tornDown", "finished", "stopped", "failed"] as const),
];

/** The whole table; whatever is not in it means nothing. */
const allowed: Partial<Record<RunPhase, Partial<Record<RunTrigger, RunPhase>>>> = {
  QUEUED: { placed: "PREPARING", stopRequested: "STOPPED", stopped: "STOPPED", failed: "FAILED" },
  PREPARING: {
    ...{ started: "RUNNING", stopRequested: "STOPPED", stopped: "STOPPED" },
    ...{ tornDown: "STOPPING", failed: "FAILED" },
  },
  RUNNING: {
    ...{ stopRequested: "STOPPING", allReported: "STOPPING" },
    ...{ tornDown: "STOPPING", failed: "FAILED" },
  },
  STOPPING: { finished: "COMPLETED", stopped: "STOPPED", failed: "FAILED" },
};
const table = runStates.flatMap((state) =>
  triggers.map((trigger) => [state, trigger, allowed[state]?.[trigger]] as const),
);

test.each(table)("%s, %s → %s", (state, trigger, next) => {
  expect(nextState(state, trigger)).toBe(next);
});

describe("ended states", () => {
  test("are those that nothing leads out of", () => {
    for (const state of runStates) {
      const leaves = triggers.some((trigger) => nextState(state, trigger) !== undefined);
      expect(hasEnded(state)).toBe(!leaves);
    }
  });

  test("one can be reached from every state", () => {
    for (const state of runStates) {
      expect(hasEnded(state) || nextState(state, "failed") === "FAILED").toBe(true);
    }
  });
});
