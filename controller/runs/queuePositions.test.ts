import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { QueuePositions } from "./queuePositions.ts";
import { quiet } from "./runs.testing.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A store with a line, and how often it was asked for it. */
function aLine(...ids: string[]) {
  const store = { line: ids, asked: 0, answer: async (): Promise<void> => undefined };
  const queued = async () => {
    store.asked++;
    const { line } = store;
    await store.answer();
    return line;
  };
  const positions = new QueuePositions({ queued }, quiet);
  const placesOf = async (...runIds: string[]) => {
    await positions.lookUp(runIds);
    return runIds.map((id) => positions.known(id));
  };
  return { store, placesOf };
}

test("a whole page of runs is looked up with one query, and for a second with none", async () => {
  const { store, placesOf } = aLine("a", "b", "c");
  expect(await placesOf("c", "a", "b")).toEqual([3, 1, 2]);
  store.line = ["b", "c"];
  expect(await placesOf("b", "c")).toEqual([2, 3]);
  expect(store.asked).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await placesOf("b", "c")).toEqual([1, 2]);
  expect(store.asked).toBe(2);
});

test("nothing is asked for when none waits", async () => {
  const { store, placesOf } = aLine("a");
  expect(await placesOf()).toEqual([]);
  expect(store.asked).toBe(0);
});

test("a run that was queued since has its place at once", async () => {
  const { store, placesOf } = aLine("a");
  await placesOf("a");
  store.line = ["a", "b"];
  expect(await placesOf("b")).toEqual([2]);
});

test("also when a query was under way that knew nothing of it", async () => {
  const { store, placesOf } = aLine("a");
  const before = placesOf("a");
  store.line = ["a", "b"];
  expect(await placesOf("b")).toEqual([2]);
  expect(await before).toEqual([1]);
  expect(store.asked).toBe(2);
});

test.each<[string, () => Promise<void>]>([
  ["fails", () => Promise.reject(new Error("away"))],
  ["hangs", () => new Promise(() => undefined)],
])("while the store %s, places are told as they were last", async (_what, answer) => {
  const { store, placesOf } = aLine("a", "b");
  await placesOf("a");
  store.answer = answer;
  await vi.advanceTimersByTimeAsync(1_000);
  const told = placesOf("b", "unknown");
  await vi.advanceTimersByTimeAsync(500);
  expect(await told).toEqual([2, null]);
});
