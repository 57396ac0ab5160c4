import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLogger } from "../platform/logger.ts";
import type { EndedRun } from "../runs/runStore.ts";
import { expiredRuns, startRetention } from "./retention.ts";

const DAY_MS = 86_400_000;
const NOW_MS = 100 * DAY_MS;
const endedDaysAgo = (...days: number[]): EndedRun[] =>
  days.map((ago) => ({ id: `${ago}`, endedAtMs: NOW_MS - ago * DAY_MS }));

describe("ended runs are removed oldest first", () => {
  test.each<[string, { days: number; runs: number }, string[]]>([
    ["when they ended too long ago", { days: 30, runs: 0 }, ["40", "31"]],
    ["on the limit they stay", { days: 31, runs: 0 }, ["40"]],
    ["when there are too many", { days: 0, runs: 3 }, ["40"]],
    ["by whichever limit takes more", { days: 30, runs: 1 }, ["40", "31", "30"]],
    ["and none without limits", { days: 0, runs: 0 }, []],
  ])("%s", (_claim, limits, expected) => {
    expect(expiredRuns(endedDaysAgo(40, 31, 30, 1), limits, NOW_MS)).toEqual(expected);
  });

  test("what stays is the newest and within both limits", () => {
    const ages = fc.array(fc.nat({ max: 60 }), { maxLength: 20 });
    const limit = fc.nat({ max: 30 });
    fc.assert(
      fc.property(ages, limit, limit, (days, maxDays, maxRuns) => {
        const ended = endedDaysAgo(...days.sort((a, b) => b - a));
        const gone = expiredRuns(ended, { days: maxDays, runs: maxRuns }, NOW_MS).length;
        const kept = ended.slice(gone);
        if (maxRuns > 0) expect(kept.length).toBeLessThanOrEqual(maxRuns);
        if (maxDays > 0) expect(kept.every(({ id }) => Number(id) <= maxDays)).toBe(true);
        const next = ended[gone - 1];
        const tooOld = maxDays > 0 && Number(next?.id) > maxDays;
        const tooMany = maxRuns > 0 && kept.length === maxRuns;
        if (next !== undefined) expect(tooOld || tooMany).toBe(true);
      }),
    );
  });
});

class MemoryRuns {
  readonly removed: string[] = [];
  list: EndedRun[];
  /** Gone, with seconds left. */
  lone: string[] = [];
  fails = false;

  constructor(list: EndedRun[]) {
    this.list = list;
  }

  async ended() {
    if (this.fails) throw new Error("no store");
    return [...this.list];
  }

  async orphans() {
    return [...this.lone];
  }

  async remove(id: string) {
    this.lone = this.lone.filter((orphan) => orphan !== id);
    const before = this.list.length;
    this.list = this.list.filter((run) => run.id !== id);
    if (this.list.length < before) this.removed.push(id);
    return this.list.length < before;
  }
}

describe("retention", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  const noFiles = { sweep: async () => {} };
  const start = (runs: MemoryRuns, limits = { days: 30, runs: 2 }, files = noFiles) =>
    startRetention({
      ...{ runs, limits, files, time: { nowMs: () => NOW_MS } },
      logger: createLogger({ level: "silent" }),
    });

  test("sweeps at the start and every ten minutes, and goes on after a failure", async () => {
    const runs = new MemoryRuns(endedDaysAgo(40, 3, 2, 1));
    const stop = start(runs);
    await expect.poll(() => runs.removed).toEqual(["40", "3"]);
    runs.list = endedDaysAgo(31, 2, 1);
    runs.fails = true;
    await vi.advanceTimersByTimeAsync(600_000);
    runs.fails = false;
    await vi.advanceTimersByTimeAsync(600_000);
    await expect.poll(() => runs.removed).toEqual(["40", "3", "31"]);
    await stop();
    runs.list = endedDaysAgo(31, 2, 1);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs.list).toHaveLength(3);
  });

  test("two controllers remove each run once", async () => {
    const runs = new MemoryRuns(endedDaysAgo(40, 39, 38, 2, 1));
    const stops = [start(runs), start(runs)];
    await expect.poll(() => runs.list.map(({ id }) => id)).toEqual(["2", "1"]);
    await Promise.all(stops.map((stop) => stop()));
    expect(runs.removed).toEqual(["40", "39", "38"]);
  });

  test("stopping ends it after the removal under way", async () => {
    const runs = new MemoryRuns(endedDaysAgo(40, 39, 38, 37));
    await start(runs)();
    expect(runs.removed.length).toBeLessThanOrEqual(1);
  });

  test("nothing is looked at without limits", async () => {
    const runs = new MemoryRuns(endedDaysAgo(400));
    await start(runs, { days: 0, runs: 0 })();
    expect(runs.list).toHaveLength(1);
  });

  test("files are swept after runs, also when no run is ever removed or can be", async () => {
    let swept = 0;
    const files = { sweep: async () => void swept++ };
    const runs = new MemoryRuns(endedDaysAgo(40));
    runs.fails = true;
    const stops = [start(runs, { days: 0, runs: 0 }, files), start(runs, undefined, files)];
    await expect.poll(() => swept).toBe(2);
    await vi.advanceTimersByTimeAsync(600_000);
    await expect.poll(() => swept).toBe(4);
    await Promise.all(stops.map((stop) => stop()));
  });
});
