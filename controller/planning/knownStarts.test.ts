import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lostPart } from "@onrush/shared/run/lostPart.ts";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { knownStarts, knownUntilUs } from "./knownStarts.ts";
import { planRun, type RunPlan } from "./runPlan.ts";
import { dueBetween, lostIn, placeShares } from "./shares.ts";

const SECONDS = 10;
const END_US = SECONDS * 1e6;

function planOf(loadProfile: object): RunPlan {
  const parsed = parseScenario({
    ...{ name: "n", targetUrl: "http://h/", loadProfile },
    durationSeconds: SECONDS,
  });
  if (!parsed.ok) throw new Error("the scenario is good");
  return planRun(parsed.scenario);
}

const steady = (rps: number) => planOf({ type: "CONSTANT", initialRps: rps });

function shareOf(plan: RunPlan, change: Partial<ShareState> = {}, workers = 3): ShareState {
  const ids = Array.from({ length: workers }, (_, i) => `w${i}`);
  return { ...(placeShares(plan, ids)[0] as ShareState), watermark: 2, ...change };
}

/** The share lost, with what `started` more than reported makes known. */
function lost(plan: RunPlan, share: ShareState, started: number): ShareState {
  const none = { started: 0, dropped: 0 };
  const known = knownUntilUs(plan, share, { ended: started, dropped: 0 }, none);
  const loss = { atMs: 0, lastBeatMs: null, unreported: 0, knownUntilUs: known };
  return { ...share, phase: "lost", loss };
}

describe("what a heartbeat proves beyond the reports", () => {
  const plan = steady(30);
  const share = shareOf(plan);
  const reported = { started: 29, dropped: 1 };

  test.each<[string, { ended: number; dropped: number } | undefined, number | null]>([
    ["no heartbeat: nothing", undefined, null],
    ["no more than was reported: nothing", { ended: 29, dropped: 1 }, null],
    ["less than was reported since: nothing", { ended: 20, dropped: 0 }, null],
    ["another drop, which may be any arrival: nothing", { ended: 33, dropped: 2 }, null],
    ["two more: up to the third", { ended: 31, dropped: 1 }, 3_200_000],
    ["as many as there are left: up to the end", { ended: 99, dropped: 1 }, END_US],
  ])("%s", (_name, beat, untilUs) => {
    expect(knownUntilUs(plan, share, beat, reported)).toBe(untilUs);
  });

  test("what was handed back is not begun, whatever was counted", () => {
    const back = shareOf(plan, { handbackMs: 3_150 });
    expect(knownUntilUs(plan, back, { ended: 40, dropped: 0 }, reported)).toBe(3_150_000);
  });

  test("users have no schedule: nothing", () => {
    const users = planOf({ type: "VUS", vus: 3 });
    expect(knownUntilUs(users, shareOf(users), { ended: 9, dropped: 0 }, reported)).toBeNull();
  });
});

test("of arrivals due at one instant none counts unless all are known", () => {
  // Three a microsecond, all of one worker.
  const plan = steady(3_000_000);
  const share = shareOf(plan, {}, 1);
  const startedOf = (started: number) =>
    knownStarts(plan, lost(plan, share, started)).reduce((sum, known) => sum + known.started, 0);
  const counts = [1, 2, 3, 4, 5, 6, 7].map(startedOf);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  counts.forEach((count, i) => expect(count).toBeLessThanOrEqual(i + 1));
  expect(counts.filter((count, i) => count < i + 1).length).toBeGreaterThan(0);
});

test("whatever is known, a share's arrivals are reported, known or lost, second by second", () => {
  const rates = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant(2_000_003));
  fc.assert(
    fc.property(rates, fc.nat(2_000), fc.integer({ min: -1, max: 9 }), (rps, more, watermark) => {
      const plan = steady(rps);
      const share = lost(plan, shareOf(plan, { watermark }), more);
      const known = new Map(knownStarts(plan, share).map((k) => [k.second, k.started]));
      for (let second = watermark + 1; second < SECONDS; second++) {
        const due = dueBetween(plan, share, second * 1e6, (second + 1) * 1e6);
        expect((known.get(second) ?? 0) + lostIn(plan, share, second, END_US)).toBe(due);
      }
      const sum = [...known.values()].reduce((total, count) => total + count, 0);
      expect(sum).toBeLessThanOrEqual(more);
    }),
    { numRuns: 50 },
  );
});

test("what is lost begins where the known ends, not before what is reported", () => {
  const plan = steady(30);
  expect(lostPart(lost(plan, shareOf(plan), 2))).toEqual({ fromUs: 3_200_000, toUs: Infinity });
  expect(lostPart(lost(plan, shareOf(plan), 0))).toEqual({ fromUs: 3_000_000, toUs: Infinity });
});
