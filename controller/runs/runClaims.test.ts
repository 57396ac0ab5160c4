import { beforeEach, expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import type { KeptClaims } from "../platform/ports.ts";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import { planRun } from "../planning/runPlan.ts";
import { RunClaims } from "./runClaims.ts";

const step = { name: "s", protocol: "http", url: "http://h/" };
const parsed = parseScenario({
  name: "n",
  workloads: [
    {
      ...{ name: "a", steps: [step] },
      loadProfile: { type: "ITERATIONS", iterations: 100, concurrency: 4 },
    },
    {
      ...{ name: "b", durationSeconds: 5, steps: [step] },
      loadProfile: { type: "CONSTANT", initialRps: 1 },
    },
  ],
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const plan = planRun(parsed.scenario);

/** What the directory says. */
let said: KeptClaims | undefined;
let held: Map<string, HeldShare>;
let claims: RunClaims;

const known = (claimed: Record<string, number>, next: Record<number, number>): KeptClaims => ({
  ...{ claimed, next },
  answered: {},
});

beforeEach(() => {
  said = known({}, {});
  held = new Map();
  claims = new RunClaims("run", plan, { claims: async () => said }, held);
});

const none = { accountedOf: () => 0 };
const ended = { share: "0/0", phase: "final" } as ShareState;
const holds = (share: string, claimedTo: number, claimed: number) =>
  held.set(share, { runId: "run", share, epoch: 1, started: 0, dropped: 0, claimedTo, claimed });

test("claims of a workload's shares, taken over ones too, add up", async () => {
  said = known({ "0/0": 20, "0/1/0": 10 }, { 0: 30 });
  expect(await claims.read()).toBe(true);
  expect(claims.undone({ shares: [] }, none)).toEqual([[0, 70]]);
  expect(claims.claimedBy("0/1/0")).toBe(10);
  expect(claims.claimedBy("0/9")).toBe(0);
});

test("a directory that has forgotten is noticed, and what it knew still counts", async () => {
  const answered = { "0/1:1:0": "3 20 10" };
  said = { ...known({ "0/0": 20, "0/1": 10 }, { 0: 30 }), answered };
  await claims.read();
  said = undefined;
  expect(await claims.read()).toBe(false);
  expect(claims.kept).toEqual({ claimed: { "0/0": 20, "0/1": 10 }, next: { 0: 30 }, answered });
  expect(claims.undone({ shares: [] }, none)).toEqual([[0, 70]]);
});

test("a block that only its worker knows of is not given to anybody else", async () => {
  said = known({ "0/0": 20 }, { 0: 20 });
  await claims.read();
  holds("0/1", 44, 24);
  expect(claims.kept).toMatchObject({ claimed: { "0/0": 20, "0/1": 24 }, next: { 0: 44 } });
  expect(claims.undone({ shares: [] }, none)).toEqual([[0, 56]]);
});

test("what a worker had claimed that left before the start is nobody's either", async () => {
  // Epoch 1 of the share has claimed 8 that epoch 2 knows nothing of.
  said = known({ "0/0": 100 }, { 0: 100 });
  await claims.read();
  expect(claims.undone({ shares: [ended] }, { accountedOf: () => 92 })).toEqual([[0, 8]]);
});
