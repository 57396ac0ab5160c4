import { expect, test } from "vitest";
import { second } from "../testData.ts";
import { secondMarks, slaMarks } from "./marks.ts";

test("neighbouring seconds become one mark, each kind on its own", () => {
  const seconds = [
    second(0),
    second(1, { partial: true }),
    second(2, { partial: true, lost: 7 }),
    second(3, { lost: 3 }),
    second(5, { partial: true }),
  ];
  expect(secondMarks(seconds)).toEqual([
    { kind: "partial", from: 0.5, to: 2.5, count: 2 },
    { kind: "partial", from: 4.5, to: 5.5, count: 1 },
    { kind: "lost", from: 1.5, to: 3.5, count: 10 },
  ]);
});

test("bad seconds become a mark that knows why", () => {
  const seconds = [
    second(0),
    second(1, { bad: ["w1: lateness p99 9.0 ms"] }),
    second(2, { bad: ["w1: engine CPU 97 %", "3 dropped (late)"] }),
  ];
  const [mark, ...others] = secondMarks(seconds);
  expect(others).toEqual([]);
  expect(mark).toMatchObject({ kind: "bad", from: 0.5, to: 2.5, count: 2 });
  expect(mark?.reasons?.get(2)).toEqual(["w1: engine CPU 97 %", "3 dropped (late)"]);
});

test("broken SLA lines are marked where they broke, with all that broke there", () => {
  const line = (text: string, failedAtSecond: number | null) => ({
    ...{ text, status: "FAILED" as const, value: 600, limit: 500, unit: "ms" as const },
    ...{ failedAtSecond, aborted: false, reason: "600 ms, not < 500 ms" },
  });
  const lines = [line("a", 3), line("b", 3), line("c", null), line("d", 70)];
  const [mark, ...others] = slaMarks(lines, { from: 0, to: 60 });
  expect(others).toEqual([]);
  expect(mark).toMatchObject({ kind: "sla", from: 2.5, to: 3.5, count: 2 });
  expect(mark?.reasons?.get(3)).toEqual(["a: 600 ms, not < 500 ms", "b: 600 ms, not < 500 ms"]);
});

test("a whole run has no marks", () => {
  expect(secondMarks([second(0), second(1)])).toEqual([]);
});
