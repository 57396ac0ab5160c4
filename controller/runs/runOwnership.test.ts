import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Logger } from "../platform/logger.ts";
import type { LeaseState, RunLease } from "../platform/ports.ts";
import { RunOwnership } from "./runOwnership.ts";

const owner = { id: "me", url: "http://127.0.0.1:1" };
const quiet = { warn: () => {}, info: () => {}, error: () => {} } as unknown as Logger;

/** A lease whose next answers the test chooses. */
class ScriptedLease implements RunLease {
  tokens: (number | undefined)[] = [1];
  renewals: (LeaseState | Error)[] = [];
  released = 0;
  isAway = false;

  async acquire(): Promise<number | undefined> {
    return this.tokens.shift();
  }

  async renew(): Promise<LeaseState> {
    const next = this.renewals.shift() ?? { owned: true, stopAsked: false };
    if (next instanceof Error) throw next;
    return next;
  }

  async release(): Promise<void> {
    if (this.isAway) throw new Error("away");
    this.released++;
  }

  async askStop(): Promise<void> {}
}

const gone = { owned: false, stopAsked: false };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function held(lease: ScriptedLease) {
  const ownership = await RunOwnership.acquire("run", lease, owner, quiet);
  if (ownership === undefined) throw new Error("the lease was to be had");
  const told: string[] = [];
  ownership.listen({
    onLost: () => told.push("lost"),
    onRegained: (token) => told.push(`regained ${token}`),
    onStopAsked: () => told.push("stop"),
    onReachable: (isReachable) => told.push(isReachable ? "back" : "away"),
  });
  return { ownership, told, turn: () => vi.advanceTimersByTimeAsync(1_000) };
}

test("a run that another controller owns is not ours", async () => {
  const lease = new ScriptedLease();
  lease.tokens = [undefined];
  expect(await RunOwnership.acquire("run", lease, owner, quiet)).toBeUndefined();
});

test("a lease that was forgotten is ours again under a new token", async () => {
  const lease = new ScriptedLease();
  lease.tokens = [1, 5];
  lease.renewals = [gone];
  const { ownership, told, turn } = await held(lease);
  await turn();
  expect([told, ownership.token, ownership.isHeld]).toEqual([["regained 5"], 5, true]);
});

test("one that another controller has by now is lost, told once, and not released", async () => {
  const lease = new ScriptedLease();
  lease.tokens = [1, undefined];
  lease.renewals = [gone];
  const { ownership, told, turn } = await held(lease);
  await turn();
  await turn();
  await ownership.release();
  expect([told, ownership.isHeld, lease.released]).toEqual([["lost"], false, 0]);
});

test("an outage is told when it begins and when it ends, and costs nothing", async () => {
  const lease = new ScriptedLease();
  lease.renewals = [new Error("away"), new Error("away")];
  const { ownership, told, turn } = await held(lease);
  for (let i = 0; i < 4; i++) await turn();
  expect([told, ownership.isHeld]).toEqual([["away", "back"], true]);
});

test("that another controller was asked to stop the run is passed on", async () => {
  const lease = new ScriptedLease();
  lease.renewals = [{ owned: true, stopAsked: true }];
  const { ownership, told, turn } = await held(lease);
  await turn();
  expect(told).toEqual(["stop"]);
  await ownership.release();
  expect(lease.released).toBe(1);
});

test("given back, it is not ours any more, also when that cannot be told", async () => {
  const lease = new ScriptedLease();
  lease.isAway = true;
  const { ownership, told, turn } = await held(lease);
  await ownership.release();
  await turn();
  expect([ownership.isHeld, lease.released, told]).toEqual([false, 0, []]);
});
