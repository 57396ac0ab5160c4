import type { LiveMessage } from "@onrush/shared/api/secondView.ts";
import { describe, expect, test } from "vitest";
import { run, second } from "../testData.ts";
import { applyMessages, emptyRun } from "./runState.ts";

const live = (...args: Parameters<typeof second>): LiveMessage => ({
  ...second(...args),
  type: "second",
  runId: "r1",
});
const history = (...args: Parameters<typeof second>[]): LiveMessage => ({
  type: "history",
  run: run(),
  seconds: args.map((a) => second(...a)),
});
const sent = (messages: LiveMessage[]) =>
  applyMessages(emptyRun, messages).seconds.map((s) => [s.second, s.sent]);

describe("seconds of a run", () => {
  test("history comes first, later seconds follow in order", () => {
    const messages = [history([0, { sent: 5 }]), live(2, { sent: 7 }), live(1, { sent: 6 })];
    expect(sent(messages)).toEqual([
      [0, 5],
      [1, 6],
      [2, 7],
    ]);
  });

  test("a higher revision replaces, a lower one that arrives late does not", () => {
    const messages = [
      live(0, { sent: 1, rev: 1 }),
      live(0, { sent: 3, rev: 3 }),
      live(0, { sent: 2, rev: 2 }),
    ];
    expect(sent(messages)).toEqual([[0, 3]]);
  });

  test("history after a reconnection fills the gap and keeps what is newer", () => {
    const messages = [
      live(0, { sent: 1, rev: 2 }),
      history([0, { sent: 9, rev: 1 }], [1, { sent: 2 }]),
    ];
    expect(sent(messages)).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test("seconds stay the same object when only the run changes", () => {
    const before = applyMessages(emptyRun, [history([0, {}])]);
    const after = applyMessages(before, [{ type: "run", run: run({ state: "STOPPING" }) }]);
    expect(after.seconds).toBe(before.seconds);
    expect(after.run?.state).toBe("STOPPING");
  });
});

describe("events", () => {
  test("an event is added once, also when the run repeats it", () => {
    const event = { at: "2026-11-21T10:00:01.000Z", kind: "info" as const, text: "capped" };
    const message: LiveMessage = { type: "event", runId: "r1", event };
    const state = applyMessages(emptyRun, [history(), message, message]);
    expect(state.run?.events).toEqual([event]);
  });
});
