import { beforeEach, expect, test } from "vitest";
import { PresenceWatch } from "./presenceWatch.ts";

const PATIENCE_MS = 3_000;
let nowMs = 0;
/** Of the directory; undefined while it does not answer. */
let absent: string[] | undefined;
let watch: PresenceWatch;

beforeEach(() => {
  nowMs = 10_000;
  absent = [];
  const answer = async () => {
    if (absent === undefined) throw new Error("the link is down");
    return { workerIds: absent, atMs: nowMs };
  };
  const directory = { absent: answer };
  watch = new PresenceWatch({ directory, patienceMs: PATIENCE_MS, nowMs: () => nowMs });
});

/** Polls every 50 ms for so long. */
async function passes(ms: number): Promise<void> {
  for (const endMs = nowMs + ms; nowMs < endMs;) {
    nowMs += 50;
    await watch.poll();
  }
}

test("a worker is absent since it was first seen so", async () => {
  await passes(50);
  absent = ["w"];
  await passes(500);
  expect(watch.absentSinceMs("w", 10_060)).toBe(10_100);
  expect(watch.absentSinceMs("v", null)).toBeNull();
});

test("one that is there again was never absent", async () => {
  absent = ["w"];
  await passes(100);
  absent = [];
  await passes(50);
  expect(watch.absentSinceMs("w", null)).toBeNull();
  absent = ["w"];
  await passes(50);
  expect(watch.absentSinceMs("w", null)).toBe(10_200);
});

test("one that was heard since lives without its connection: its absence says nothing", async () => {
  absent = ["w"];
  await passes(500);
  expect(watch.absentSinceMs("w", 10_050)).toBeNull();
  expect(watch.absentSinceMs("w", 10_049)).toBe(10_050);
});

test("nothing counts from before an outage of our own link, nor soon after it", async () => {
  absent = ["w"];
  await passes(100);
  absent = undefined;
  await passes(50);
  absent = ["w"];
  await passes(PATIENCE_MS - 50);
  expect(watch.absentSinceMs("w", null)).toBeNull();
  await passes(50);
  expect(watch.absentSinceMs("w", null)).toBe(nowMs);
});

test("nor after we have stood still ourselves", async () => {
  await passes(50);
  nowMs += 1_500;
  absent = ["w"];
  await watch.poll();
  expect(watch.absentSinceMs("w", null)).toBeNull();
});
