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
