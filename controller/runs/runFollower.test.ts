import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";
import { boundedEvents, MAX_EVENTS } from "@onrush/shared/run/boundedEvents.ts";
import { testSecond } from "../http/testServer.ts";
import { RunFollower } from "./runFollower.ts";
import { newRun, quiet } from "./runs.testing.ts";

const startedAtMs = Date.parse("2026-01-01T00:00:00.000Z");
const event = (i: number): RunEvent => ({
  ...{ at: new Date(startedAtMs + i).toISOString(), kind: "warning", text: `event ${i}` },
});

let isOwn = false;
let nowMs = startedAtMs;
/** As they are stored. */
let view: RunView;
let seconds: SecondView[] = [];
let readFrom: number[] = [];
let told: LiveMessage[] = [];
let follower: RunFollower;

beforeEach(() => {
  vi.useFakeTimers();
  isOwn = false;
  nowMs = startedAtMs;
  view = { ...newRun("run").view, state: "RUNNING", startedAt: new Date(nowMs).toISOString() };
  [seconds, readFrom, told] = [[], [], []];
});
afterEach(() => {
  follower.close();
  vi.useRealTimers();
});

/** Begins to follow and lets the first look at the store pass. */
async function follow(): Promise<void> {
  const run = {
    view: async () => view,
    async seconds(from: number) {
      readFrom.push(from);
      return seconds.filter(({ second }) => second >= from);
    },
    ...{ isOwn: () => isOwn, nowMs: () => nowMs },
  };
  follower = new RunFollower("run", run, (message) => told.push(message), quiet);
  await vi.advanceTimersByTimeAsync(0);
}

const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const toldSeconds = () =>
  told.flatMap((message) => (message.type === "second" ? [[message.second, message.rev]] : []));
const toldEvents = () =>
  told.flatMap((message) => (message.type === "event" ? [message.event.text] : []));

test("what the run's owner has published here is not told again when the run has ended", async () => {
  isOwn = true;
  await follow();
  follower.saw({ type: "second", runId: "run", ...testSecond(0) });
  follower.saw({ type: "event", runId: "run", event: event(0) });
  const endedAt = new Date(nowMs + 1_000).toISOString();
  view = { ...view, state: "COMPLETED", endedAt, events: [event(0)] };
  seconds = [testSecond(0)];
  follower.saw({ type: "run", run: view });
  isOwn = false;
  await passes(5_000);
  expect(told).toEqual([]);
  expect(readFrom).toEqual([]);
});

test("a run that another controller goes on with is told from there on", async () => {
  isOwn = true;
  await follow();
  follower.saw({ type: "second", runId: "run", ...testSecond(0, 2) });
  follower.saw({ type: "second", runId: "run", ...testSecond(1) });
  follower.saw({ type: "event", runId: "run", event: event(0) });
  isOwn = false;
  seconds = [testSecond(0, 2), testSecond(1, 2), testSecond(2)];
  view = { ...view, events: [event(0), event(1)] };
  await passes(1_000);
  expect(toldSeconds()).toEqual([
    [1, 2],
    [2, 1],
  ]);
  expect(toldEvents()).toEqual(["event 1"]);
});

test("events are told on when a run has had more of them than it keeps", async () => {
  await follow();
  let events: readonly RunEvent[] = [];
  const count = MAX_EVENTS + 500;
  for (let i = 0; i < count; i++) {
    events = boundedEvents([...events, event(i)]);
    if (i % 100 !== 99) continue;
    view = { ...view, events: [...events] };
    await passes(1_000);
  }
  expect(toldEvents()).toEqual(Array.from({ length: count }, (_, i) => event(i).text));
});

test("of a long run nothing is read that was there long before it was watched", async () => {
  nowMs += 86_400_000;
  seconds = [testSecond(0), testSecond(86_399)];
  await follow();
  expect(readFrom).toEqual([86_385]);
  expect(toldSeconds()).toEqual([[86_399, 1]]);
});
