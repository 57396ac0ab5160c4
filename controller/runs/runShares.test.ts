import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { planRun } from "../planning/runPlan.ts";
import { RunShares } from "./runShares.ts";

const step = { name: "s", protocol: "http", url: "http://h/" };
const loadProfile = { type: "CONSTANT", initialRps: 10 };

/** 10 RPS for 10 s, and from 4.5 s on another 10 RPS for 5 s. */
const parsed = parseScenario({
  name: "n",
  workloads: [
    { name: "a", durationSeconds: 10, loadProfile, steps: [step] },
    { name: "b", startSecond: 4.5, durationSeconds: 5, loadProfile, steps: [step] },
  ],
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const plan = planRun(parsed.scenario);
const END_US = 10e6;

const sharesOn = (...workerIds: string[]) => new RunShares(plan, "run", 1, workerIds);

/** A share's arrivals by second from `fromSecond` to the end of the load, where there are any. */
const owed = (shares: RunShares, share: string, fromSecond: number, endUs: number) =>
  Array.from(
    { length: 12 },
    (_, second) => [second, shares.dueIn(share, second, endUs)] as const,
  ).filter(([second, count]) => second >= fromSecond && count > 0);
const total = (lost: readonly (readonly [number, number])[]) =>
  lost.reduce((sum, [, count]) => sum + count, 0);

describe("initial states", () => {
  test("one share for each worker and workload, nothing reported", () => {
    const states = sharesOn("w0", "w1").initialStates();
    expect(states.map((s) => [s.share, s.workload, s.workerId, s.planned])).toEqual([
      ["0/0", 0, "w0", 50],
      ["0/1", 0, "w1", 50],
      ["1/0", 1, "w0", 25],
      ["1/1", 1, "w1", 25],
    ]);
    expect(states[0]).toMatchObject({ phase: "assigned", seq: 0, watermark: -1, totals: null });
  });

  test("no workers, no shares", () => {
    expect(sharesOn().initialStates()).toEqual([]);
    expect(owed(sharesOn(), "0/0", 0, END_US)).toEqual([]);
  });
});

describe("what a lost share leaves", () => {
  test.each<[string, string, number, number, [number, number][]]>([
    [
      "all of it, when nothing was reported",
      "0/0",
      0,
      2e6,
      [
        [0, 5],
        [1, 5],
      ],
    ],
    [
      "from the second after its watermark",
      "0/1",
      8,
      END_US,
      [
        [8, 5],
        [9, 5],
      ],
    ],
    [
      "up to an early stop",
      "0/0",
      2,
      3.5e6,
      [
        [2, 5],
        [3, 3],
      ],
    ],
    [
      "nothing before its workload begins",
      "1/0",
      0,
      6e6,
      [
        [4, 3],
        [5, 5],
      ],
    ],
    [
      "nothing after its workload has ended",
      "1/1",
      8,
      END_US,
      [
        [8, 5],
        [9, 3],
      ],
    ],
    ["nothing when all is reported", "0/0", 10, END_US, []],
  ])("%s", (_name, share, fromSecond, endUs, lost) => {
    expect(owed(sharesOn("w0", "w1"), share, fromSecond, endUs)).toEqual(lost);
  });

  test("lost by second sums to what was planned from there on, over all shares", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.nat({ max: 10 }),
        fc.nat({ max: END_US }),
        (workers, fromSecond, endUs) => {
          const shares = sharesOn(...Array.from({ length: workers }, (_, k) => `w${k}`));
          const lost = shares
            .initialStates()
            .map(({ share }) => total(owed(shares, share, fromSecond, endUs)));
          const due = plan.workloads.map(({ schedule, startMs }) => {
            const before = (us: number) => schedule?.countBefore(us - startMs * 1000) ?? 0;
            return Math.max(0, before(endUs) - before(fromSecond * 1e6));
          });
          const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
          expect(sum(lost)).toBe(sum(due));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("what of it may have been sent", () => {
  const shares = sharesOn("w0");

  test.each<[string, number, number, number, number]>([
    // from second, last heartbeat, end, count
    ["due before the lease of its last heartbeat ran out", 2, 2e6, END_US, 15],
    ["nothing, when it was reported that far", 4, 2e6, END_US, 0],
    ["only up to the end of the load", 2, 2e6, 2.5e6, 5],
    ["nothing beyond a heartbeat before the start", 0, -1.5e6, END_US, 0],
  ])("%s", (_name, fromSecond, lastBeatUs, endUs, count) => {
    expect(shares.maybeSent("0/0", fromSecond, lastBeatUs, endUs)).toBe(count);
  });

  test("is never more than what is lost", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 12 }),
        fc.nat({ max: 12e6 }),
        fc.nat({ max: END_US }),
        (from, beat, end) => {
          const lost = total(owed(shares, "0/0", from, end));
          expect(shares.maybeSent("0/0", from, beat, end)).toBeLessThanOrEqual(lost);
        },
      ),
    );
  });
});

describe("scheduled", () => {
  const shares = sharesOn("w0", "w1");
  const totals = (scheduled: number) => ({ scheduled }) as ShareTotals;
  const states = (...changes: Partial<ShareState>[]) =>
    shares.initialStates().map((state, i) => ({ ...state, ...changes[i] }));

  test.each<[string, Partial<ShareState>[], number, number, number[]]>([
    // closed seconds, end of the load
    ["nothing before the first report", [], 0, END_US, [0, 0]],
    ["as far as each share has reported", [{ watermark: 0 }, { watermark: 1 }], 1, END_US, [15, 0]],
    [
      "what the shares say at their end",
      [
        { totals: totals(50) },
        { totals: totals(47) },
        { totals: totals(25) },
        { totals: totals(1) },
      ],
      10,
      END_US,
      [97, 26],
    ],
    [
      "a lost share counts to the end of the load",
      [{ phase: "lost", watermark: 2 }, { totals: totals(50) }, { phase: "lost" }],
      10,
      END_US,
      [100, 25],
    ],
    ["or as far as seconds are closed", [{ phase: "lost", watermark: 0 }], 4, END_US, [20, 0]],
    ["or to an early stop", [{ phase: "lost", watermark: 0 }], 4, 2.2e6, [11, 0]],
    ["but never less than it reported", [{ phase: "lost", watermark: 5 }], 4, END_US, [30, 0]],
  ])("%s", (_name, changes, closed, endUs, scheduled) => {
    expect(shares.scheduled(states(...changes).slice(0, 4), closed, endUs)).toEqual(scheduled);
  });

  test("a share lost at any moment: reported + lost = scheduled", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 9 }), (watermark) => {
        const [state] = states({ phase: "lost", watermark });
        const lost = total(owed(shares, "0/0", watermark + 1, END_US));
        const reported = (watermark + 1) * 5;
        expect(shares.scheduled([state as ShareState], 10, END_US)).toEqual([reported + lost, 0]);
      }),
    );
  });
});
