import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { Deliveries } from "./deliveries.ts";

const told = new Error("no answer");

function deliveries(isWanted = () => true) {
  const warnings: unknown[] = [];
  const warn = (error: unknown) => void warnings.push(error);
  return { made: new Deliveries({ isWanted, mayGiveUp: () => false, warn }), warnings };
}

test("a step that fails is tried again before what comes behind it", async () => {
  const { made, warnings } = deliveries();
  const done: string[] = [];
  let failures = 1;
  const first = made.post(async () => {
    if (failures-- > 0) throw told;
    done.push("first");
  });
  const second = made.post(async () => void done.push("second"));
  await Promise.all([first, second]);
  expect(done).toEqual(["first", "second"]);
  expect(warnings).toEqual([told]);
});

test("nothing is delivered any more once nobody wants it", async () => {
  let isWanted = true;
  const { made } = deliveries(() => isWanted);
  const done: string[] = [];
  const first = made.post(async () => {
    isWanted = false;
    await pause(0);
    throw told;
  });
  const second = made.post(async () => void done.push("second"));
  await Promise.all([first, second]);
  expect(done).toEqual([]);
});
