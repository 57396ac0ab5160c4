import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ListedWorker, LOST_AFTER_MS } from "@onrush/shared/wire/heartbeat.ts";
import type { WorkerLink } from "../platform/ports.ts";
import { quiet } from "./runs.testing.ts";
import { WorkerWatch } from "./workerWatch.ts";

const PATIENCE_MS = 3_000;

/** By which timers do not see time pass: nothing of this process goes on. */
let stoodStillMs = 0;
let isLinkUp = true;
let lastSeenMs = 0;
let watch: WorkerWatch;

const nowMs = () => performance.now() + stoodStillMs;
const answer = async <T>(value: T): Promise<T> => {
  if (!isLinkUp) throw new Error("the link is down");
  return value;
};
const directory = {
  list: () => answer([{ workerId: "w", lastSeenMs, shares: [] }] as unknown as ListedWorker[]),
  absent: () => answer({ workerIds: [], atMs: nowMs() }),
} as unknown as WorkerLink["directory"];

beforeEach(() => {
  vi.useFakeTimers();
  [stoodStillMs, isLinkUp, lastSeenMs] = [0, true, nowMs()];
  watch = new WorkerWatch("run", { directory }, { nowMs }, quiet);
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Asks so often until the worker is lost; after how long that was, or undefined after a minute. */
async function lostAfterMs(everyMs: number): Promise<number | undefined> {
  const sinceMs = nowMs();
  while (nowMs() - sinceMs < 60_000) {
    if ((await watch.lostOf(["w"])).length > 0) return nowMs() - sinceMs;
    await passes(everyMs);
  }
  return undefined;
}

test.each([250, 1_100, 5_000])(
  "a dead worker is lost when it is asked for every %d ms",
  async (everyMs) => {
    const asksNeeded = Math.ceil((LOST_AFTER_MS + 1) / everyMs);
    expect(await lostAfterMs(everyMs)).toBe(asksNeeded * everyMs);
  },
);

test("nobody is lost soon after we have stood still ourselves", async () => {
  await watch.lostOf(["w"]);
  await passes(250);
  stoodStillMs = 2_000;
  expect(await watch.lostOf(["w"])).toEqual([]);
  await passes(25);
  expect(await watch.lostOf(["w"])).toEqual([]);
  await passes(PATIENCE_MS - 25);
  expect(await watch.lostOf(["w"])).toEqual([]);
  await passes(25);
  expect(await watch.lostOf(["w"])).toEqual(["w"]);
});

test("nor soon after our link has failed while nobody was asked for", async () => {
  await watch.lostOf(["w"]);
  await passes(2_000);
  isLinkUp = false;
  await passes(50);
  isLinkUp = true;
  await passes(2_000);
  expect(await watch.lostOf(["w"])).toEqual([]);
  await passes(1_000);
  expect(await watch.lostOf(["w"])).toEqual(["w"]);
});
