import { beforeEach, expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { HeldShare } from "@onrush/shared/wire/heartbeat.ts";
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
let said: Record<string, number>;
let held: Map<string, HeldShare>;
let claims: RunClaims;

beforeEach(() => {
  said = {};
  held = new Map();
  claims = new RunClaims("run", plan, { claimed: async () => said }, held);
});

const holds = (share: string, claimedTo: number) =>
  held.set(share, { runId: "run", share, epoch: 1, started: 0, dropped: 0, claimedTo });

test("claims of a workload's shares, taken over ones too, add up", async () => {
  said = { "0/0": 20, "0/1/0": 10 };
  expect(await claims.read()).toBe(false);
  expect([claims.next(), claims.unclaimed()]).toEqual([{ 0: 30 }, [[0, 70]]]);
});

test("a directory that has forgotten is noticed, and what it knew still counts", async () => {
  said = { "0/0": 20, "0/1": 10 };
  await claims.read();
  said = {};
  expect(await claims.read()).toBe(true);
  expect(claims.next()).toEqual({ 0: 30 });
  // From there on it counts anew.
  said = { "0/1": 5 };
  expect(await claims.read()).toBe(false);
  expect(claims.counts).toEqual({ "0/0": 20, "0/1": 15 });
  expect(claims.unclaimed()).toEqual([[0, 65]]);
});

test("a block that only its worker knows of is not given to anybody else", async () => {
  said = { "0/0": 20 };
  await claims.read();
  holds("0/1", 44);
  expect(claims.next()).toEqual({ 0: 44 });
});
