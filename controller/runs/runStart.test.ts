import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OwnedRun } from "./ownedRun.testing.ts";

let owned: OwnedRun;
beforeEach(async () => {
  vi.useFakeTimers();
  owned = await OwnedRun.start();
});
afterEach(async () => {
  vi.clearAllTimers();
  vi.useRealTimers();
  await owned.stores.close();
});

const starts = () =>
  owned.told.flatMap(({ command, atMs }) =>
    command.type === "start" ? [{ startAtUs: command.startAtUs, atMs }] : [],
  );

test.each([0, 60, 400, 900])(
  "when storing takes %i ms, START is told once, ahead of its instant, which is the stored one",
  async (takesMs) => {
    owned.storingMs = takesMs;
    await owned.ready();
    expect(starts()).toHaveLength(1);
    const [{ startAtUs, atMs } = { startAtUs: 0, atMs: 0 }] = starts();
    // A third of the shortest lead: it has to arrive.
    expect(startAtUs / 1000 - atMs).toBeGreaterThanOrEqual(50);
    const run = await owned.stores.runs.get(owned.id);
    expect(run?.startAtUs).toBe(startAtUs);
    expect(Date.parse(run?.view.startedAt ?? "")).toBe(Math.floor(startAtUs / 1000));
  },
);

test.each([60, 400, 1_500])(
  "when workers are told with %i ms to each thing, START is told ahead of its instant all the same",
  async (takesMs) => {
    owned.standingMs = takesMs;
    await owned.ready();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts()).toHaveLength(1);
    const [{ startAtUs, atMs } = { startAtUs: 0, atMs: 0 }] = starts();
    expect(startAtUs / 1000 - atMs).toBeGreaterThanOrEqual(50);
    expect((await owned.stores.runs.get(owned.id))?.startAtUs).toBe(startAtUs);
  },
);

test("a controller that ends tells first what it has decided", async () => {
  owned.sendingMs = 40;
  await owned.ready(30);
  expect(starts()).toEqual([]);
  const before = owned.standingsTold;
  const closed = owned.service.close(5_000);
  await vi.advanceTimersByTimeAsync(5_000);
  await closed;
  expect(starts()).toHaveLength(1);
  // How shares stand comes after it.
  expect(owned.standingsTold).toBeGreaterThan(before);
});

test("all who ask for a stop while the store is away are answered with the first one", async () => {
  await owned.ready();
  owned.storeFails = () =>
    new Promise((_, reject) => setTimeout(() => reject(new Error("away")), 3_500));
  const answers: number[] = [];
  const askedAtMs = Date.now();
  for (let ask = 0; ask < 20; ask++) {
    void owned.service.stop(owned.id).finally(() => answers.push(Date.now() - askedAtMs));
    await vi.advanceTimersByTimeAsync(1_000);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  expect(answers).toHaveLength(20);
});
