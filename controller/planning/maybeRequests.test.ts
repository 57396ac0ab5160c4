import * as fc from "fast-check";
import { expect, test } from "vitest";
import { firstSteps, mostRequests } from "@onrush/shared/flow/flow.ts";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { knownStarts, knownUntilUs } from "./knownStarts.ts";
import { type LostShare, maybeRequests } from "./maybeRequests.ts";
import { planRun, type RunPlan } from "./runPlan.ts";
import { dueBetween, dueOfNext, lostBetween, placeShares } from "./shares.ts";

const SECONDS = 4;
const END_US = SECONDS * 1e6;

const step = (name: string) => ({ name, protocol: "http" as const, url: "http://h/" });
const flows = {
  "one step": [step("a")],
  "three steps": [step("a"), step("b"), step("c")],
  "a repeat": [step("a"), { repeat: 3, steps: [step("b"), step("c")] }],
  "together, or not": [
    { choose: [{ steps: [{ parallel: [step("a"), step("b")] }] }, { steps: [step("c")] }] },
    step("d"),
  ],
};

function planOf(steps: readonly object[], loadProfile: object): RunPlan {
  const timed = "iterations" in loadProfile ? {} : { durationSeconds: SECONDS };
  const parsed = parseScenario({ name: "n", loadProfile, steps, ...timed });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return planRun(parsed.scenario);
}

/** Iterations as they really went: when each began, and when each of its requests was sent. */
interface Iteration {
  beganUs: number;
  sentUs: number[];
  endedUs: number;
}

interface Death {
  /** Of the next requests of an iteration, one after the other, and of its last answer. */
  gapsUs: number[];
  /** How many requests an iteration leaves out, in turn: it failed before them. */
  fewer: number[];
  beatUs: number;
  /** From the heartbeat to the kill, and from there to where it could have sent no more. */
  livedUs: number;
  leaseUs: number;
  watermark: number;
  hasCounts: boolean;
}

const deaths: fc.Arbitrary<Death> = fc.record({
  gapsUs: fc.array(fc.integer({ min: 0, max: 900_000 }), { minLength: 1, maxLength: 7 }),
  fewer: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }),
  beatUs: fc.integer({ min: 0, max: 3_500_000 }),
  livedUs: fc.integer({ min: 0, max: 400_000 }),
  leaseUs: fc.integer({ min: 0, max: 1_500_000 }),
  watermark: fc.integer({ min: -1, max: 2 }),
  hasCounts: fc.boolean(),
});

const most = (plan: RunPlan) => mostRequests(plan.workloads[0]?.flow ?? []);
const first = (plan: RunPlan) => firstSteps(plan.workloads[0]?.flow ?? []).length;

function iterationsOf(plan: RunPlan, share: ShareState, { gapsUs, fewer }: Death): Iteration[] {
  const count = dueBetween(plan, share, 0, END_US);
  let gap = 0;
  return Array.from({ length: count }, (_, n) => {
    const beganUs = dueOfNext(plan, share, 0, n);
    const left = (fewer[n % fewer.length] ?? 0) % (most(plan) - first(plan) + 1);
    const sentUs: number[] = [];
    let atUs = beganUs;
    for (let request = 0; request < most(plan) - left; request++) {
      // The first ones go together where there are several.
      if (request >= first(plan)) atUs += gapsUs[gap++ % gapsUs.length] ?? 0;
      sentUs.push(atUs);
    }
    return { beganUs, sentUs, endedUs: atUs + (gapsUs[gap++ % gapsUs.length] ?? 0) + 1 };
  });
}

/** What was begun, ended and sent before an instant. */
function countsAt(iterations: readonly Iteration[], us: number) {
  const begun = iterations.filter(({ beganUs }) => beganUs < us);
  return {
    started: begun.length,
    ended: begun.filter(({ endedUs }) => endedUs < us).length,
    dropped: 0,
    requests: begun.reduce((sum, { sentUs }) => sum + sentUs.filter((at) => at < us).length, 0),
  };
}

test.each(Object.entries(flows))(
  "of %s, what the target got of a killed worker's requests is within the bound",
  (_name, steps) => {
    const plan = planOf(steps, { type: "CONSTANT", initialRps: 20 });
    fc.assert(
      fc.property(deaths, (death) => {
        const [placed] = placeShares(plan, ["w0", "w1"]);
        if (placed === undefined) throw new Error("there is a share");
        const iterations = iterationsOf(plan, placed, death);
        const killedUs = death.beatUs + death.livedUs;
        // Nobody reports a second that has not passed.
        const watermark = Math.min(death.watermark, Math.floor(killedUs / 1e6) - 1);
        const reported = countsAt(iterations, (watermark + 1) * 1e6);
        const beat = countsAt(iterations, death.beatUs);
        const share = { ...placed, watermark };
        const known = knownUntilUs(plan, share, beat, reported);
        const loss = { atMs: 0, lastBeatMs: null, unreported: 0, knownUntilUs: known };
        const lastCounts = death.hasCounts ? beat : null;
        const lost: ShareState = { ...share, phase: "lost", loss: { ...loss, lastCounts } };
        const untilUs = Math.min(killedUs + death.leaseUs, END_US);
        const maybe = maybeRequests(plan, lost, {
          ...{ untilUs, iterations: lostBetween(plan, lost, 0, untilUs) },
          ...{ accounted: reported.started, unseenUs: 0 },
          reported: {
            ...{ sent: reported.requests, busiestSecond: 0 },
            cutOff: reported.started - reported.ended,
          },
        });
        const starts = knownStarts(plan, lost).reduce((sum, { started }) => sum + started, 0);
        const counted = reported.requests + starts * first(plan);
        const received = countsAt(iterations, killedUs).requests;
        expect(received).toBeGreaterThanOrEqual(counted);
        expect(received).toBeLessThanOrEqual(counted + maybe);
      }),
    );
  },
);

/** Lost after one reported second with 30 requests in it, 4 iterations of which were under way. */
const afterASecond: LostShare = {
  ...{ untilUs: 2e6, iterations: 0, accounted: 15, unseenUs: 500_000 },
  reported: { sent: 30, busiestSecond: 30, cutOff: 4 },
};

function lostShare(plan: RunPlan, change: Partial<NonNullable<ShareState["loss"]>>): ShareState {
  const [share] = placeShares(plan, ["w0"]);
  if (share === undefined) throw new Error("there is a share");
  const loss = { atMs: 3_000, lastBeatMs: 1_500, unreported: 0, ...change };
  return { ...share, watermark: 0, phase: "lost", loss };
}

test("of claimed iterations each may have gone through all steps", () => {
  const profile = { type: "ITERATIONS", iterations: 100, concurrency: 10, maxDurationSeconds: 60 };
  const plan = planOf(flows["three steps"], profile);
  const share = lostShare(plan, { unreported: 5 });
  // Two steps more of each under way, three of each that was claimed.
  expect(maybeRequests(plan, share, { ...afterASecond, iterations: 5 })).toBe(4 * 2 + 5 * 3);
  const lastCounts = { started: 17, ended: 16, dropped: 0, requests: 33 };
  // Three told and not reported, two of the one under way, and three iterations more.
  const told = lostShare(plan, { unreported: 5, lastCounts });
  expect(maybeRequests(plan, told, { ...afterASecond, iterations: 5 })).toBe(3 + 2 + 3 * 3);
});

test("what users sent is told by the heartbeat, and from there on by the rate", () => {
  const plan = planOf(flows["three steps"], { type: "VUS", vus: 10 });
  const counts = { started: 20, ended: 15, dropped: 0, requests: 42 };
  const share = lostShare(plan, { lastCounts: counts });
  expect(maybeRequests(plan, share, afterASecond)).toBe(12 + 15);
  expect(maybeRequests(plan, lostShare(plan, {}), afterASecond)).toBe(15);
});
