import { expect, test } from "vitest";
import { noThreadHealth } from "./threadHealth.ts";
import { mergeThreads } from "./threadsHealth.ts";

const thread = (change: object) => ({ ...noThreadHealth(), ...change });

test("no thread is at rest", () => {
  expect(mergeThreads([])).toEqual({ cpu: 0, lagMs: 0, gcMs: 0, gcMaxMs: 0, busiest: 0 });
});

test("pauses add up, the longest one and the worst lag stand out", () => {
  const merged = mergeThreads([
    thread({ cpu: 1, lagP99Us: 300, gcMs: 10, gcMaxMs: 4 }),
    thread({ cpu: 0.5, lagP99Us: 2_500, gcMs: 2.5, gcMaxMs: 2 }),
  ]);
  expect(merged).toEqual({ cpu: 0.75, lagMs: 2.5, gcMs: 12.5, gcMaxMs: 4, busiest: 0 });
});

test("connections of all threads to one destination count together", () => {
  const merged = mergeThreads([
    thread({ destinations: { "http://a": 60, "http://b": 50 } }),
    thread({ destinations: { "http://b": 30, "http://c": 70 } }),
  ]);
  expect(merged.busiest).toBe(80);
});
