import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LEASE_MS, type ListedWorker, LOST_AFTER_MS } from "@onrush/shared/wire/heartbeat.ts";
import { LISTED_MS, type WorkerLink } from "../platform/ports.ts";
import { quiet } from "./runs.testing.ts";
import { WorkerWatch } from "./workerWatch.ts";

const PATIENCE_MS = 3_000;

/** By which timers do not see time pass: nothing of this process goes on. */
let stoodStillMs = 0;
let isLinkUp = true;
/** What the directory knows; a worker that has left was last seen at 0. */
let known: Record<string, Pick<ListedWorker, "lastSeenMs"> & Partial<ListedWorker>>;
let absent: string[];
let watch: WorkerWatch;

const nowMs = () => performance.now() + stoodStillMs;
const answer = async <T>(value: T): Promise<T> => {
  if (!isLinkUp) throw new Error("the link is down");
  return value;
};
const listed = () =>
  Object.entries(known)
    .filter(([, { lastSeenMs }]) => nowMs() - lastSeenMs <= LISTED_MS)
    .map(([workerId, worker]) => ({ workerId, state: "running", shares: [], ...worker }));
const directory = {
  list: () => answer(listed() as unknown as ListedWorker[]),
  absent: () => answer({ workerIds: absent, atMs: nowMs() }),
} as unknown as WorkerLink["directory"];

beforeEach(() => {
  vi.useFakeTimers();
  // What was long ago is no longer listed, also at the beginning.
  stoodStillMs = 60_000;
  [isLinkUp, absent, known] = [true, [], { w: { lastSeenMs: nowMs() } }];
  watch = new WorkerWatch("run", { directory }, { nowMs }, quiet);
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A quarter of a second after the other, as a run's owner looks, while `heard` are heard. */
async function watched(ms: number, ...heard: string[]): Promise<void> {
  for (const endMs = nowMs() + ms; nowMs() < endMs;) {
    await passes(250);
    for (const id of heard) known[id] = { lastSeenMs: nowMs() };
    await watch.lostOf(["w"]);
  }
}

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
  stoodStillMs += 2_000;
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

describe("who is no longer listed", () => {
  /** After how long each is lost, asked for four times a second. */
  async function lostTimes(workerIds: string[], ...heard: string[]) {
    const sinceMs = nowMs();
    const times: Record<string, number> = {};
    while (nowMs() - sinceMs < 8_000) {
      for (const id of await watch.lostOf(workerIds)) times[id] ??= nowMs() - sinceMs;
      await passes(250);
      for (const id of heard) known[id] = { lastSeenMs: nowMs() };
    }
    return times;
  }

  test("has left when it was about to, and is lost at once; others are judged as ever", async () => {
    known = Object.fromEntries(["left", "killed", "lives"].map((id) => [id, { ...known["w"]! }]));
    known["left"] = { lastSeenMs: nowMs(), state: "draining" };
    await watch.lostOf(["left", "killed", "lives"]);
    known["left"] = { lastSeenMs: 0 };
    expect(await lostTimes(["left", "killed", "lives"], "lives")).toEqual({
      ...{ left: 0, killed: 1_750 },
    });
  });

  test("may have been forgotten, and has time to be heard again; only it", async () => {
    known = Object.fromEntries(["gone", "back", "killed"].map((id) => [id, { ...known["w"]! }]));
    await watch.lostOf(["gone", "back", "killed"]);
    const { killed } = known;
    known = { killed: killed! };
    expect(await lostTimes(["gone", "back", "killed"], "back")).toEqual({
      ...{ killed: 1_750, gone: PATIENCE_MS },
    });
  });

  test("is waited for once", async () => {
    await watch.lostOf(["w"]);
    known = {};
    expect(await lostTimes(["w"])).toEqual({ w: PATIENCE_MS });
    expect(await watch.lostOf(["w"])).toEqual(["w"]);
  });
});

describe("until when a worker can have been given a lease", () => {
  const leasedMs = () => watch.lastSeenOf("w").leasedMs;
  /** From here on nothing can be looked at for so long. */
  async function outage(ms: number, meanwhile: () => void = () => {}) {
    isLinkUp = false;
    await watched(ms / 2);
    meanwhile();
    await watched(ms / 2);
    isLinkUp = true;
  }

  test("its last heartbeat gave it", async () => {
    await watched(1_000, "w");
    const lastBeatMs = nowMs();
    await watched(5_000);
    expect(watch.lastSeenOf("w")).toEqual({ lastBeatMs, leasedMs: lastBeatMs, absentMs: null });
    await watched(10_000);
    expect(leasedMs()).toBeGreaterThanOrEqual(lastBeatMs);
    expect(leasedMs()).toBeLessThanOrEqual(lastBeatMs + 250);
  });

  test("or we did, later, with what our clock may be wrong by", async () => {
    await watched(1_000, "w");
    const lastBeatMs = nowMs();
    let askedMs = 0;
    await outage(20_000, () => {
      watch.leased("w");
      askedMs = nowMs();
    });
    known = {};
    await watched(4_000);
    expect(watch.lastSeenOf("w")).toMatchObject({ lastBeatMs });
    expect(leasedMs()).toBeGreaterThanOrEqual(askedMs + LOST_AFTER_MS - LEASE_MS);
    expect(leasedMs()).toBeLessThanOrEqual(askedMs + 500);
    await watched(1_000, "w");
    expect(leasedMs()).toBe(nowMs());
  });

  test("or a directory that only we could not reach, until so long ago that it tells no more", async () => {
    await watched(1_000, "w");
    await outage(30_000, () => (known["w"] = { lastSeenMs: nowMs() }));
    const heardMs = known["w"]?.lastSeenMs ?? 0;
    await watched(4_000);
    expect(leasedMs()).toBeGreaterThanOrEqual(heardMs);
    expect(leasedMs()).toBeLessThan(nowMs() - LISTED_MS);
  });

  test("or one that forgot it between two looks", async () => {
    await watched(1_000, "w");
    known = {};
    await watched(250);
    expect(leasedMs()).toBe(nowMs());
  });

  test("or whoever owned the run before us, at any time, until it is heard by us", async () => {
    known["w"] = { lastSeenMs: nowMs() - 1_000 };
    await watched(1_000);
    expect(leasedMs()).toBeNull();
    await watched(250, "w");
    expect(leasedMs()).toBe(nowMs());
  });

  test("whoever was given one after its connection was closed lives without it", async () => {
    await watched(1_000, "w");
    absent = ["w"];
    await watched(500);
    expect(watch.lastSeenOf("w").absentMs).not.toBeNull();
    watch.leased("w");
    expect(watch.lastSeenOf("w").absentMs).toBeNull();
  });
});
