import { expect, test } from "vitest";
import { second } from "../testData.ts";
import { secondMarks } from "./marks.ts";

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

test("a whole run has no marks", () => {
  expect(secondMarks([second(0), second(1)])).toEqual([]);
});
