import { expect, test } from "vitest";
import { boundedEvents, MAX_EVENTS } from "./boundedEvents.ts";
import type { RunEvent } from "../api/runView.ts";
import { newEvents } from "./newEvents.ts";

const event = (i: number): RunEvent => ({
  at: new Date(i * 1_000).toISOString(),
  kind: "warning",
  text: `event ${i}`,
});

test("each event is told once, also when a run has dropped some", () => {
  let kept: readonly RunEvent[] = [];
  let lastTold: RunEvent | undefined;
  const told: string[] = [];
  const count = 3 * MAX_EVENTS;
  for (let i = 0; i < count; i++) {
    kept = boundedEvents([...kept, event(i)]);
    if (i % 7 !== 0) continue;
    const fresh = newEvents(kept, lastTold);
    lastTold = fresh.at(-1) ?? lastTold;
    told.push(...fresh.map(({ text }) => text));
  }
  const expected = Array.from({ length: count }, (_, i) => event(i).text);
  expect(told).toEqual(expected.slice(0, told.length));
  expect(told.length).toBeGreaterThan(count - 8);
});

test("after more than a run keeps, those that are left are told", () => {
  const kept = [event(5), event(6), event(7)];
  expect(newEvents(kept, event(4))).toEqual(kept);
  expect(newEvents(kept, event(7))).toEqual([]);
});
