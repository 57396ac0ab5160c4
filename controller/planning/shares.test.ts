import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { taskSchema } from "@onrush/shared/wire/task.ts";
import { planRun, type RunPlan } from "./runPlan.ts";
import {
  dueBetween,
  heirsOf,
  lostBetween,
  lostIn,
  placeShares,
  plannedUntil,
  replaced,
  taskOf,
  usersOf,
} from "./shares.ts";

function planOf(document: Partial<ScenarioInput>): RunPlan {
  const step = { name: "s", protocol: "http" as const, url: "http://h/" };
  const parsed = parseScenario({ name: "n", steps: [step], ...document });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return planRun(parsed.scenario);
}

const ramp = planOf({
  durationSeconds: 10,
  loadProfile: { type: "RAMP", initialRps: 3.7, targetRps: 90, rampUpSeconds: 7 },
});
const total = ramp.workloads[0]?.schedule?.total ?? 0;
const workers = (count: number) => Array.from({ length: count }, (_, k) => `w${k}`);
const all = (share: ShareState, plan = ramp) => dueBetween(plan, share, 0, 60e6);
const first = (shares: readonly ShareState[]): ShareState => {
  const [share] = shares;
  if (share === undefined) throw new Error("there is no share");
  return share;
};

describe("a take-over", () => {
  const cuts = fc.integer({ min: 0, max: 10_500 });
  const parts = fc.integer({ min: 1, max: 5 });

  test("leaves every arrival to exactly one: before the cut the share's, from it on an heir's", () => {
    fc.assert(
      fc.property(parts, parts, cuts, (shares, takers, cutMs) => {
        const share = first(placeShares(ramp, workers(shares)));
        const heirs = heirsOf(ramp, share, cutMs, workers(takers));
        const before = dueBetween(ramp, share, 0, cutMs * 1000);
        expect(before).toBe(plannedUntil(ramp, share, cutMs));
        expect(heirs.reduce((sum, heir) => sum + all(heir), before)).toBe(all(share));
        for (const heir of heirs) {
          expect(dueBetween(ramp, heir, 0, cutMs * 1000)).toBe(0);
          expect(heir.planned).toBe(all(heir));
        }
      }),
    );
  });

  test("can be taken over itself, as often as it must be", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(parts, cuts), { maxLength: 4 }), (takeOvers) => {
        const sorted = takeOvers.toSorted(([, a], [, b]) => a - b);
        let share = first(placeShares(ramp, ["w0"]));
        let counted = 0;
        for (const [takers, cutMs] of sorted) {
          counted += dueBetween(ramp, share, 0, cutMs * 1000);
          const heirs = heirsOf(ramp, share, cutMs, workers(takers));
          counted += heirs.slice(1).reduce((sum, heir) => sum + all(heir), 0);
          share = first(heirs);
        }
        expect(counted + all(share)).toBe(total);
      }),
    );
  });

  test("has a path, a beginning and a round of its own", () => {
    const share = first(placeShares(ramp, ["w0", "w1"]));
    const heirs = heirsOf(ramp, share, 4_321, ["w1", "w2"]);
    expect(heirs.map(({ share: path }) => path)).toEqual(["0/0/0", "0/0/1"]);
    for (const heir of heirs) {
      expect(heir).toMatchObject({ epoch: 1, fromMs: 4_321, watermark: 3, phase: "assigned" });
      expect(heir.firstRound).toBeGreaterThan(0);
      const task = taskOf(ramp, "run", 7, heir);
      expect(taskSchema.parse(task)).toEqual(task);
      expect(task).toMatchObject({ fromMs: 4_321, firstRound: heir.firstRound, token: 7 });
    }
  });

  test("divides users and connections as well", () => {
    const plan = planOf({
      ...{ durationSeconds: 10, connections: 4, loadProfile: { type: "VUS", vus: 11 } },
    });
    const share = first(placeShares(plan, ["w0", "w1"]));
    const heirs = heirsOf(plan, share, 2_000, ["w1", "w2", "w3"]);
    expect(usersOf(plan, share)).toBe(6);
    expect(heirs.map((heir) => usersOf(plan, heir))).toEqual([2, 2, 2]);
    const connections = heirs.map((heir) => taskOf(plan, "run", 1, heir).connections);
    expect(connections).toEqual([2, 1, 1]);
  });
});

describe("what nobody begins", () => {
  const share = first(placeShares(ramp, ["w0", "w1"]));
  const loss = { atMs: 0, lastBeatMs: null, unreported: 0 };
  const sumOver = (lost: ShareState, endUs: number) =>
    Array.from({ length: 12 }, (_, s) => lostIn(ramp, lost, s, endUs)).reduce((a, b) => a + b, 0);

  test("of a lost share is all after its last report, until somebody takes over", () => {
    const lost: ShareState = { ...share, phase: "lost", watermark: 2, loss };
    expect(sumOver(lost, 10e6)).toBe(dueBetween(ramp, share, 3e6, 10e6));
    expect(sumOver({ ...lost, cutMs: 5_500 }, 10e6)).toBe(dueBetween(ramp, share, 3e6, 5.5e6));
    expect(sumOver({ ...lost, cutMs: 5_500 }, 4e6)).toBe(dueBetween(ramp, share, 3e6, 4e6));
  });

  test("of a share that was handed back is what lies between its end and the take-over", () => {
    const back: ShareState = { ...share, handbackMs: 4_000, phase: "running" };
    expect(lostBetween(ramp, back, 0, 60e6)).toBe(dueBetween(ramp, share, 4e6, 60e6));
    const taken = { ...back, cutMs: 4_600 };
    expect(lostBetween(ramp, taken, 0, 60e6)).toBe(dueBetween(ramp, share, 4e6, 4.6e6));
    // Its worker dies on the way out: what it had not reported is lost, too.
    const dead: ShareState = { ...taken, phase: "lost", watermark: 1, loss };
    expect(lostBetween(ramp, dead, 0, 60e6)).toBe(dueBetween(ramp, share, 2e6, 4.6e6));
    const quiet: ShareState = { ...dead, watermark: 5 };
    expect(lostBetween(ramp, quiet, 0, 60e6)).toBe(dueBetween(ramp, share, 4e6, 4.6e6));
  });

  test("of a share that is well is nothing", () => {
    expect(lostBetween(ramp, share, 0, 60e6)).toBe(0);
    expect(lostBetween(ramp, { ...share, phase: "final", watermark: 4 }, 0, 60e6)).toBe(0);
  });

  test("holds iterations that were claimed and not reported, in the last second reported", () => {
    const plan = planOf({ loadProfile: { type: "ITERATIONS", iterations: 100, concurrency: 4 } });
    const one = first(placeShares(plan, ["w0"]));
    const lost: ShareState = {
      ...{ ...one, phase: "lost", watermark: 3 },
      loss: { ...loss, unreported: 7 },
    };
    expect([2, 3, 4].map((second) => lostIn(plan, lost, second, 60e6))).toEqual([0, 7, 0]);
  });
});

test("before the start a share goes to another worker as it was, in the next epoch", () => {
  const share = first(placeShares(ramp, ["w0"], 3));
  const anew = replaced({ ...share, phase: "ready", clockOffsetUs: 5 }, "w9");
  expect(anew).toEqual({ ...share, workerId: "w9", epoch: 4 });
});
