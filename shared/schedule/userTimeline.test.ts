import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curveOf, curves, flat } from "./curves.testing.ts";
import { Ownership } from "./ownership.ts";
import { rateAt } from "./rateCurve.ts";
import { peakUsers, UserTimeline } from "./userTimeline.ts";

const alone = new Ownership([{ offset: 0, weights: 1, index: 0 }]);

interface Event {
  atUs: number;
  user: number;
  comes: boolean;
}

function walk(timeline: UserTimeline): Event[] {
  const events: Event[] = [];
  while (timeline.nextAtUs !== Infinity) {
    events.push({ atUs: timeline.nextAtUs, user: timeline.nextUser, comes: timeline.nextComes });
    timeline.advance();
  }
  return events;
}

const shown = (events: readonly Event[]) =>
  events.map(({ atUs, user, comes }) => `${atUs / 1e6} ${comes ? "+" : "-"}${user}`);

const stages = (...list: [seconds: number, users: number][]) =>
  curveOf(
    0,
    list.map(([seconds, users]) => ({
      lengthMs: seconds * 1000,
      milliRps: users * 1000,
      jump: false,
    })),
  );

describe("users", () => {
  test("of a fixed number come all at once and stay", () => {
    expect(shown(walk(new UserTimeline(flat(3, 10), alone, 2e6)))).toEqual([
      "2 +0",
      "2 +1",
      "2 +2",
    ]);
  });

  test("come evenly along a ramp and go from the highest number down", () => {
    const events = walk(new UserTimeline(stages([4, 4], [2, 4], [2, 2], [1, 0]), alone, 0));
    expect(shown(events)).toEqual([
      ...["0 +0", "1 +1", "2 +2", "3 +3"],
      ...["7 -3", "8 -2", "8.5 -1", "9 -0"],
    ]);
  });

  test("who has gone may come again", () => {
    const events = walk(new UserTimeline(stages([1, 2], [1, 1], [1, 2]), alone, 0));
    expect(shown(events)).toEqual(["0 +0", "0.5 +1", "2 -1", "2 +1"]);
  });

  test("at every moment are those below the curve, over all threads of all workers", () => {
    fc.assert(
      fc.property(
        curves({ maxMilliRps: 30_000, maxPieceMs: 3_000 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (curve, parts, threads) => {
          const all: Event[] = [];
          for (let i = 0; i < parts * threads; i++) {
            const ownership = new Ownership([
              { offset: 0, weights: parts, index: i % parts },
              { offset: 0, weights: threads, index: Math.floor(i / parts) },
            ]);
            const own = walk(new UserTimeline(curve, ownership, 0));
            own.forEach((event, n) => {
              expect(event.atUs).toBeGreaterThanOrEqual(own[n - 1]?.atUs ?? 0);
            });
            all.push(...own);
          }
          all.sort((a, b) => a.atUs - b.atUs);
          for (let ms = 0; ms < curve.durationMs; ms += 173) {
            const present = new Set<number>();
            for (const { user, comes } of all.filter(({ atUs }) => atUs <= ms * 1000)) {
              // Each comes only when it was gone, and goes only when it was there.
              expect(present.has(user)).toBe(!comes);
              if (comes) present.add(user);
              else present.delete(user);
            }
            // Exactly on a crossing either side counts.
            const level = rateAt(curve, ms);
            expect(present.size).toBeGreaterThanOrEqual(Math.ceil(level - 0.02));
            expect(present.size).toBeLessThanOrEqual(Math.floor(level + 0.02) + 1);
          }
          expect(Math.max(-1, ...all.map(({ user }) => user))).toBeLessThan(
            Math.max(1, peakUsers(curve)),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
