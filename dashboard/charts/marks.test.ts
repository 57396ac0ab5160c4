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

test("a whole run has no marks", () => {
  expect(secondMarks([second(0), second(1)])).toEqual([]);
});
