import { beforeEach, expect, test } from "vitest";
import type { Command } from "@onrush/shared/wire/commands.ts";
import { Sessions } from "./sessions.ts";
import type { ShareSession } from "./shareSession.ts";

let sessions: Sessions;
let done: string[];

beforeEach(() => {
  sessions = new Sessions();
  done = [];
  sessions.add(session("run"));
});

function session(runId: string): ShareSession {
  return {
    ...{ task: { runId, share: "0/0", epoch: 1 }, phase: "ready" },
    start: (startUs: number) => done.push(`${runId} starts at ${startUs}`),
    stop: () => done.push(`${runId} stops`),
    abandon: () => done.push(`${runId} is abandoned`),
  } as unknown as ShareSession;
}

const command = (type: Command["type"], token: number, runId = "run") =>
  sessions.command({ type, runId, token, startAtUs: 0 }, token);

test.each(["start", "stop", "abort"] as const)(
  "%s of an owner that another one has followed is not obeyed",
  (type) => {
    expect(sessions.isCurrent("run", 5)).toBe(true);
    command(type, 4);
    expect(done).toEqual([]);
    command(type, 5);
    expect(done).toHaveLength(1);
  },
);

test("a command alone tells of a new owner, and the one before is not obeyed any more", () => {
  command("start", 2);
  command("start", 3);
  command("stop", 2);
  expect(done).toEqual(["run starts at 2", "run starts at 3"]);
  expect([1, 2, 3, 4].map((token) => sessions.isCurrent("run", token))).toEqual([
    ...[false, false, true, true],
  ]);
});

test("owners of one run say nothing of another run's", () => {
  sessions.add(session("other"));
  command("start", 9);
  command("start", 1, "other");
  expect(done).toEqual(["run starts at 9", "other starts at 1"]);
});

test("what an owner has stopped stays stopped under the next one", () => {
  command("start", 1);
  command("stop", 1);
  command("start", 2);
  expect(done).toEqual(["run starts at 1", "run stops", "run starts at 2", "run stops"]);
});
