import { beforeEach, expect, test } from "vitest";
import type { RunState, ShareState } from "@onrush/shared/run/runMessages.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import { planRun } from "../planning/runPlan.ts";
import type { KeptClaims, RunStanding } from "../platform/ports.ts";
import { RunClaims } from "./runClaims.ts";
import { RunStandings } from "./runStandings.ts";

const parsed = parseScenario({
  ...{ name: "n", targetUrl: "http://h/" },
  loadProfile: { type: "ITERATIONS", iterations: 100, concurrency: 4 },
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const plan = planRun(parsed.scenario);

/** What the directory knows of claims, and whom it lists. */
let kept: KeptClaims | undefined;
let listed: string[];
let restored: RunStanding[];
let published: number;
let held: Map<string, HeldShare>;
let leased: string[];
let standings: RunStandings;

const share = (path: string, workerId: string, phase: ShareState["phase"] = "running") =>
  ({ share: path, workerId, phase, epoch: 1, seq: 0 }) as ShareState;
const stateOf = (...shares: ShareState[]) => ({ shares, startAtMs: 0 }) as unknown as RunState;

beforeEach(() => {
  kept = undefined;
  listed = [];
  restored = [];
  published = 0;
  held = new Map();
  const directory = {
    claims: async () => kept,
    async restore(_: string, standing: RunStanding) {
      restored.push(standing);
      if (standing.claims !== undefined) kept = standing.claims;
    },
    async setShares() {
      published++;
      return true;
    },
  };
  const claims = new RunClaims("run", plan, directory, held);
  const link = { directory, control: { send: async () => {} } };
  leased = [];
  const watch = {
    listed: async () => new Set(listed),
    leased: (workerId: string) => void leased.push(workerId),
  };
  standings = new RunStandings("run", claims, link, watch);
});

const publish = (...shares: ShareState[]) => standings.publish(stateOf(...shares), 7);

test("claims are opened when every worker of the run is listed, and only once", async () => {
  const shares = [share("0/0", "a"), share("0/1", "b")];
  listed = ["a"];
  await publish(...shares);
  expect([standings.areWhole, kept, published]).toEqual([false, undefined, 1]);
  listed = ["a", "b"];
  await publish(...shares);
  await publish(...shares);
  expect(restored).toHaveLength(1);
  expect([standings.areWhole, kept]).toEqual([true, { claimed: {}, next: {}, answered: {} }]);
});

test("a worker that is lost or done is not waited for", async () => {
  listed = ["c"];
  await publish(share("0/0", "a", "lost"), share("0/1", "b", "final"), share("0/0/0", "c"));
  expect(standings.areWhole).toBe(true);
});

test("claims that were forgotten are opened with what only a worker knows of", async () => {
  kept = { claimed: { "0/0": 20 }, next: { 0: 20 }, answered: { "0/0:1:0": "2 10 10" } };
  await publish(share("0/0", "a"));
  expect(restored).toEqual([]);
  kept = undefined;
  listed = ["a"];
  const counts = { started: 25, dropped: 0, claimed: 30, claimedTo: 30 };
  held.set("0/0", { runId: "run", share: "0/0", epoch: 1, ...counts });
  await publish(share("0/0", "a"));
  expect(restored.map(({ claims }) => claims)).toEqual([
    { claimed: { "0/0": 30 }, next: { 0: 30 }, answered: { "0/0:1:0": "2 10 10" } },
  ]);
});

test("a restored directory opens no claims by itself", async () => {
  await standings.restore(stateOf(share("0/0", "a")), 7);
  expect(restored).toEqual([
    { token: 7, workerIds: ["a"], shares: [{ share: "0/0", epoch: 1, ackedSeq: 0 }] },
  ]);
});

test("a script stands by its attempt while it is under way, and its epoch is over after it", () => {
  const script = (result: object | null) => ({ workerId: "a", attempt: 3, sinceMs: 0, result });
  const asked = [{ runId: "run", share: "setup", epoch: 3 }];
  const epochOf = (result: object | null) => {
    const scripts = { states: { setup: script(result) }, variables: {}, ending: null };
    const state = { shares: [], startAtMs: null, scripts } as unknown as RunState;
    return standings.answer({ workerId: "a", shares: asked }, state, 7).shares[0]?.epoch;
  };
  expect(epochOf(null)).toBe(3);
  expect(epochOf({ ok: true })).toBe(4);
});

test("a worker that is told its own epoch was given a lease, and it is known", () => {
  const ask = (workerId: string, runId: string, path: string, epoch: number) =>
    standings.answer(
      { workerId, shares: [{ runId, share: path, epoch }] },
      stateOf(share("0/0", "a")),
      7,
    );
  ask("a", "run", "0/0", 1);
  ask("late", "run", "0/0", 2);
  ask("strange", "run", "0/7", 1);
  ask("elsewhere", "other", "0/0", 1);
  standings.answer({ workerId: "idle", shares: [] }, stateOf(share("0/0", "a")), 7);
  expect(leased).toEqual(["a"]);
});
