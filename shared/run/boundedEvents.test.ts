import type { RunEvent } from "../api/runView.ts";
import { expect, test } from "vitest";
import { boundedEvents, MAX_EVENTS } from "./boundedEvents.ts";

const event = (i: number): RunEvent => ({
  at: new Date(i).toISOString(),
  kind: "info",
  text: `event ${i}`,
});

test("few events stay as they are", () => {
  const events = Array.from({ length: MAX_EVENTS }, (_, i) => event(i));
  expect(boundedEvents(events)).toBe(events);
});

test("of many the first and the newest stay, and one says how many are missing", () => {
  let events: readonly RunEvent[] = [];
  for (let i = 0; i < 3_000; i++) events = boundedEvents([...events, event(i)]);
  expect(events).toHaveLength(MAX_EVENTS);
  expect(events.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, i) => event(i)));
  expect(events[50]).toEqual({
    at: event(2_050).at,
    kind: "warning",
    text: "2001 events were dropped here: a run keeps 1000",
  });
  expect(events.slice(51)).toEqual(Array.from({ length: 949 }, (_, i) => event(2_051 + i)));
});
