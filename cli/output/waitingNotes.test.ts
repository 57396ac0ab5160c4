import { expect, test } from "vitest";
import { waitingNotes, waitingText } from "./waitingNotes.ts";

const queued = (queuePosition: number) =>
  ({ state: "QUEUED", queuePosition, numWorkers: 2 }) as const;

test("a run that waits says at which position, for which labels, and what helps", () => {
  const text = waitingText(queued(3), { region: "eu", zone: "a" });
  expect(text).toContain("QUEUED, position 3: no worker with the labels region=eu,zone=a is free");
  expect(text).toContain("up to 2; start one with `onrush worker --labels region=eu,zone=a`");
});

test("without labels it waits for the runs before it", () => {
  expect(waitingText(queued(1), {})).toContain("no worker is free for this run");
});

test("a change is said once, and nothing of a run that has begun", () => {
  const said: string[] = [];
  const note = waitingNotes({}, (text) => said.push(text));
  for (const position of [2, 2, 1, 1]) note(queued(position));
  note({ state: "PREPARING", queuePosition: null, numWorkers: 2 });
  expect(said.map((text) => text.slice(0, 18))).toEqual([
    "QUEUED, position 2",
    "QUEUED, position 1",
  ]);
});
