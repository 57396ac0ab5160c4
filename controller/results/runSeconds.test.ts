import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import { dueDelta, wallDelta } from "@onrush/shared/metrics/deltas.testing.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { SecondAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import { RunSeconds } from "./runSeconds.ts";
import type { StoredMinute } from "./secondStore.ts";

const nothing = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };

/** `started` iterations due in a second. */
const startedIn = (second: number, started = 1): DueDelta => ({
  ...{ second, started, dropped: {}, ...nothing },
  ...{ iterationDuration: new Uint8Array(0), steps: [] },
});

const snapshot = (due: DueDelta[], wall: WallDelta[] = [], change = {}): Snapshot => ({
  ...{ type: "snapshot", workerId: "w", share: "0/0", epoch: 1, seq: 1, watermark: 0 },
  ...{ due, wall, health: [] },
  ...change,
});

const started = (record: RunSecond) => record.workloads.reduce((sum, w) => sum + w.started, 0);
const brief = (records: readonly RunSecond[]) =>
  records.map((record) => [record.second, record.rev, started(record)]);

describe("merging and closing", () => {
  test("a closed second holds what was merged, with revision 1", () => {
    const seconds = new RunSeconds();
    seconds.apply(0, "w", snapshot([startedIn(0, 2), startedIn(1, 5)]));
    seconds.apply(1, "w", snapshot([startedIn(0, 3)]));
    const record = seconds.close(0, false);
    expect(record).toMatchObject({ second: 0, rev: 1, partial: false });
    expect(record.workloads.map((w) => [w.workload, w.started])).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  test("a second of which nothing was heard closes empty", () => {
    expect(new RunSeconds().close(4, true)).toEqual({
      ...{ second: 4, rev: 1, partial: true, workloads: [], workers: {} },
    });
  });

  test("lost arrivals are part of their second", () => {
    const seconds = new RunSeconds();
    expect(seconds.setLost(0, 3, 7)).toBe(7);
    expect(seconds.setLost(0, 3, 9)).toBe(2);
    expect(seconds.close(3, true).workloads[0]).toMatchObject({ lost: 9, started: 0 });
  });

  test("health is kept where there is a second, and makes none by itself", () => {
    const health = [0, 5].map((second) => ({ second, cpu: 0.5, rssBytes: 1, mbps: 0, lagMs: 0 }));
    const seconds = new RunSeconds();
    seconds.apply(0, "w", snapshot([startedIn(0)], [], { health }));
    expect(seconds.close(0, false).workers).toEqual({ w: health[0] });
    expect(seconds.takeDirty("r", 1, {})[0]?.seconds).toHaveLength(1);
  });

  test("only closed seconds are shown, in order", () => {
    const seconds = new RunSeconds();
    seconds.apply(0, "w", snapshot([startedIn(2), startedIn(0), startedIn(1)]));
    for (const second of [0, 1]) seconds.close(second, false);
    expect(brief(seconds.closed(0, Infinity))).toEqual([
      [0, 1, 1],
      [1, 1, 1],
    ]);
    expect(brief(seconds.closed(1, 1))).toEqual([[1, 1, 1]]);
  });
});

describe("corrections", () => {
  test("what comes after the closing raises the revision, and replaces", () => {
    const seconds = new RunSeconds();
    seconds.apply(0, "w", snapshot([startedIn(0, 2)]));
    seconds.close(0, true);
    expect(seconds.takeCorrections()).toEqual([]);
    seconds.apply(0, "w", snapshot([startedIn(0, 3)]));
    expect(brief(seconds.takeCorrections())).toEqual([[0, 2, 5]]);
    expect(seconds.takeCorrections()).toEqual([]);
    expect(brief(seconds.closed(0, 0))).toEqual([[0, 2, 5]]);
  });

  test("of open seconds there are none", () => {
    const seconds = new RunSeconds();
    seconds.apply(0, "w", snapshot([startedIn(0)]));
    expect(seconds.takeCorrections()).toEqual([]);
  });

  test("one snapshot may correct many old seconds, and nothing of them is lost", () => {
    const seconds = new RunSeconds();
    const all = Array.from({ length: 20 }, (_, second) => second);
    seconds.apply(0, "w", snapshot(all.map((second) => startedIn(second, 1))));
    for (const second of all) seconds.close(second, false);
    seconds.apply(0, "w", snapshot(all.map((second) => startedIn(second, 10))));
    expect(brief(seconds.takeCorrections())).toEqual(all.map((second) => [second, 2, 11]));
    expect(brief(seconds.closed(0, 99))).toEqual(all.map((second) => [second, 2, 11]));
  });

  test("so it is with seconds that are no longer dense", () => {
    const seconds = new RunSeconds();
    const all = Array.from({ length: 20 }, (_, second) => second);
    for (const second of all) {
      seconds.apply(0, "w", snapshot([startedIn(second, 1)]));
      seconds.close(second, false);
    }
    for (const times of [1, 2, 3]) {
      seconds.apply(0, "w", snapshot(all.map((second) => startedIn(second, 10))));
      const wanted = all.map((second) => [second, 1 + times, 1 + 10 * times]);
      expect(brief(seconds.takeCorrections())).toEqual(wanted);
      expect(brief(seconds.closed(0, 99))).toEqual(wanted);
    }
  });

  test("an open second is never made empty by many others", () => {
    const seconds = new RunSeconds();
    const all = Array.from({ length: 20 }, (_, second) => second);
    seconds.apply(0, "w", snapshot(all.map((second) => startedIn(second, 3))));
    seconds.takeDirty("r", 1, {});
    expect(all.map((second) => started(seconds.close(second, false)))).toEqual(all.map(() => 3));
  });
});

describe("what must be stored", () => {
  test("a minute is dirty once for every change", () => {
    const seconds = new RunSeconds();
    seconds.apply(0, "w", snapshot([startedIn(59), startedIn(60), startedIn(130)]));
    const dirty = seconds.takeDirty("r", 7, { "0/0": { epoch: 1, seq: 1 } });
    expect(dirty.map((m) => [m.minute, m.seconds.map((s) => s.second)])).toEqual([
      [0, [59]],
      [1, [60]],
      [2, [130]],
    ]);
    expect(dirty[0]).toMatchObject({ runId: "r", token: 7, applied: { "0/0": { seq: 1 } } });
    expect(seconds.takeDirty("r", 7, {})).toEqual([]);
    seconds.close(60, false);
    expect(seconds.takeDirty("r", 7, {}).map((m) => m.minute)).toEqual([1]);
  });

  test("after a failed write it is dirty again", () => {
    const seconds = new RunSeconds();
    seconds.apply(0, "w", snapshot([startedIn(0)]));
    const minutes = seconds.takeDirty("r", 1, {});
    seconds.markDirty(minutes);
    expect(seconds.takeDirty("r", 1, {})).toEqual(minutes);
  });

  test("open seconds are stored as open: revision 0", () => {
    const seconds = new RunSeconds();
    seconds.apply(0, "w", snapshot([startedIn(0)]));
    expect(brief(seconds.takeDirty("r", 1, {})[0]?.seconds ?? [])).toEqual([[0, 0, 1]]);
    expect(brief([seconds.close(0, false)])).toEqual([[0, 1, 1]]);
  });
});

describe("forgetting and loading again", () => {
  const closedRun = (seconds: RunSeconds, count: number) => {
    for (let second = 0; second < count; second++) {
      seconds.apply(0, "w", snapshot([startedIn(second, 1)]));
      seconds.close(second, false);
    }
    return seconds.takeDirty("r", 1, {});
  };

  test("stored minutes before a second are forgotten whole, later ones kept", () => {
    const seconds = new RunSeconds();
    closedRun(seconds, 200);
    seconds.forgetBefore(150);
    expect(seconds.hasAllFrom(119)).toBe(false);
    expect(seconds.hasAllFrom(120)).toBe(true);
    expect(seconds.closed(0, 999)).toHaveLength(80);
  });

  test("what is still to be stored is kept", () => {
    const seconds = new RunSeconds();
    closedRun(seconds, 200);
    seconds.apply(0, "w", snapshot([startedIn(5)]));
    seconds.forgetBefore(150);
    expect(seconds.closed(5, 5)).toHaveLength(1);
  });

  test("a late answer says which minute it needs, and goes on from it", () => {
    const seconds = new RunSeconds();
    const stored = closedRun(seconds, 200);
    seconds.forgetBefore(200);
    const late = snapshot([startedIn(70, 10)]);
    expect(seconds.missingMinutes([70])).toEqual([1]);
    seconds.load(stored[1] as StoredMinute);
    seconds.apply(0, "w", late);
    expect(brief(seconds.takeCorrections())).toEqual([[70, 2, 11]]);
    const [again] = seconds.takeDirty("r", 1, {});
    expect(again?.minute).toBe(1);
    expect(again?.seconds.map(started).reduce((sum, n) => sum + n)).toBe(60 + 10);
  });

  test("a forgotten minute is never made anew: it would replace the stored one", () => {
    const seconds = new RunSeconds();
    const stored = closedRun(seconds, 200);
    seconds.forgetBefore(200);
    const refusal = "second 70 cannot be changed before minute 1 is loaded";
    expect(() => seconds.setLost(0, 70, 7)).toThrow(refusal);
    expect(() => seconds.setLost(0, 70, 0)).toThrow(refusal);
    expect(() => seconds.apply(0, "w", snapshot([startedIn(190), startedIn(70)]))).toThrow(refusal);
    expect(() => seconds.close(70, true)).toThrow(refusal);
    expect(seconds.takeDirty("r", 1, {})).toEqual([]);
    expect(brief(seconds.closed(190, 190))).toEqual([[190, 1, 1]]);
    seconds.load(stored[1] as StoredMinute);
    expect(seconds.setLost(0, 70, 7)).toBe(7);
    expect(brief(seconds.takeCorrections())).toEqual([[70, 2, 1]]);
  });

  test("one that is in no store either begins empty", () => {
    const seconds = new RunSeconds();
    closedRun(seconds, 200);
    seconds.forgetBefore(200);
    seconds.load({ minute: 1, applied: {}, seconds: [] });
    expect(seconds.missingMinutes([70])).toEqual([]);
    expect(seconds.setLost(0, 70, 7)).toBe(7);
  });

  test("what is open, or changed and not published, is not forgotten", () => {
    const seconds = new RunSeconds();
    closedRun(seconds, 200);
    seconds.setLost(0, 5, 3);
    seconds.apply(0, "w", snapshot([startedIn(200)]));
    seconds.takeDirty("r", 1, {});
    seconds.forgetBefore(300);
    expect(seconds.missingMinutes([5, 70, 130, 200])).toEqual([1, 2]);
    expect(brief(seconds.takeCorrections())).toEqual([[5, 2, 1]]);
    expect(brief([seconds.close(200, false)])).toEqual([[200, 1, 1]]);
  });

  test("nothing is missing while everything is in memory", () => {
    const seconds = new RunSeconds();
    closedRun(seconds, 130);
    expect(seconds.missingMinutes([0, 129])).toEqual([]);
  });

  test("an older minute in memory does not hide that one between is missing", () => {
    const seconds = new RunSeconds();
    const stored = closedRun(seconds, 240);
    seconds.forgetBefore(200);
    seconds.load(stored[0] as StoredMinute);
    expect(seconds.missingMinutes([70])).toEqual([1]);
  });
});

test("whatever is merged, corrected, stored, forgotten and loaded, nothing is lost or doubled", () => {
  const action = fc.record({
    kind: fc.constantFrom("apply", "apply", "apply", "lose", "close", "correct", "save", "forget"),
    lost: fc.record({ second: fc.nat({ max: 599 }), count: fc.integer({ min: 1, max: 9 }) }),
    due: fc.array(dueDelta, { maxLength: 3 }),
    wall: fc.array(wallDelta, { maxLength: 2 }),
  });
  // Ten seconds of the deltas spread over ten minutes, so that minutes come and go.
  const spread = <T extends { second: number }>(delta: T): T => ({
    ...delta,
    second: delta.second * 47,
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
      const seconds = new RunSeconds();
      const store = new Map<number, StoredMinute>();
      const wanted = new Map<number, SecondAccumulator>();
      const revisions = new Map<number, number>();
      let next = 0;
      const at = (second: number) => {
        const known = wanted.get(second) ?? new SecondAccumulator(second);
        wanted.set(second, known);
        return known.workload(0);
      };
      const higher = ({ second, rev }: RunSecond) => {
        expect(rev).toBeGreaterThan(revisions.get(second) ?? 0);
        revisions.set(second, rev);
      };
      const recall = (needed: number[]) => {
        for (const minute of seconds.missingMinutes(needed)) {
          seconds.load(store.get(minute) ?? { minute, applied: {}, seconds: [] });
        }
      };
      const save = () => {
        for (const minute of seconds.takeDirty("r", 1, {})) store.set(minute.minute, minute);
      };
      for (const { kind, lost, ...part } of actions) {
        if (kind === "apply") {
          const [due, wall] = [part.due.map(spread), part.wall.map(spread)];
          const late = snapshot(due, wall);
          recall([...due, ...wall].map(({ second }) => second));
          seconds.apply(0, "w", late);
          for (const delta of due) at(delta.second).addDue(delta);
          for (const delta of wall) at(delta.second).addWall(delta);
        } else if (kind === "lose") {
          recall([lost.second]);
          seconds.setLost(0, lost.second, lost.count);
          at(lost.second).lost = lost.count;
        } else if (kind === "close") {
          for (const end = next + 60; next < end; next++) higher(seconds.close(next, false));
        } else if (kind === "correct")
          for (const record of seconds.takeCorrections()) higher(record);
        else {
          save();
          if (kind === "forget") seconds.forgetBefore(next - 60);
        }
      }
      save();
      const stored = [...store.values()].flatMap((minute) => minute.seconds);
      for (const [second, accumulator] of wanted) {
        const record = stored.find((one) => one.second === second);
        expect(record?.workloads).toEqual(accumulator.toRecord(1, false).workloads);
      }
    }),
    { numRuns: 40 },
  );
});
