import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Slot, SlotPool } from "./slot.ts";

describe("a pool of slots", () => {
  test("hands out as many as its limit, then none", () => {
    const pool = new SlotPool(2);
    const slots = [pool.take(), pool.take(), pool.take()];
    expect(slots.map((slot) => slot?.index)).toEqual([0, 1, undefined]);
    expect(pool.inFlight).toBe(2);
  });

  test("makes slots only when needed and uses them again", () => {
    const pool = new SlotPool(1_000_000);
    const first = pool.take() as Slot;
    pool.give(first);
    expect(pool.take()).toBe(first);
  });

  test("never hands a slot out twice, and always knows how many are in flight", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat({ max: 9 }), { maxLength: 60 }),
        (limit, choices) => {
          const pool = new SlotPool(limit);
          const busy: Slot[] = [];
          for (const choice of choices) {
            if (choice < 5) {
              const slot = pool.take();
              expect(slot === undefined).toBe(busy.length === limit);
              if (slot === undefined) continue;
              expect(busy).not.toContain(slot);
              expect(slot.busy).toBe(true);
              busy.push(slot);
            } else if (busy.length > 0) {
              const [slot] = busy.splice(choice % busy.length, 1);
              pool.give(slot as Slot);
            }
            expect(pool.inFlight).toBe(busy.length);
          }
        },
      ),
    );
  });

  test("cancels the busy ones that are picked, and only those under way", () => {
    const pool = new SlotPool(4);
    const slots = Array.from({ length: 4 }, () => pool.take() as Slot);
    const cancelled: [number, string][] = [];
    for (const slot of slots.slice(0, 3)) {
      slot.cancel = (one, error) => cancelled.push([one.index, error]);
    }
    pool.give(slots[1] as Slot);
    pool.cancelWhere((slot) => slot.index > 0, "timeout");
    expect(cancelled).toEqual([[2, "timeout"]]);
  });
});

test("a request begins without anything of the one before", () => {
  const slot = new SlotPool(1).take() as Slot;
  const used = { sentUs: 5, endUs: 6, status: 500, error: "x", bytesSent: 1, bytesReceived: 2 };
  Object.assign(slot, { checksPassed: 3, hasExtracted: false, variables: ["v"] });
  Object.assign(slot, used, { arrival: 7, iterationDueUs: 3, iterationFailed: true });
  slot.beginRequest(2, 99, 100);
  expect(slot).toMatchObject({
    ...{
      operation: 2,
      dueUs: 99,
      beganUs: 100,
      sentUs: -1,
      writtenUs: -1,
      checksPassed: 0,
      namedOutcome: -1,
      hasExtracted: true,
      firstByteUs: -1,
      endUs: 0,
      status: 0,
      error: "",
    },
    ...{ bytesSent: 0, bytesReceived: 0, cancel: null },
    // What belongs to the whole iteration stays.
    variables: ["v"],
    ...{ arrival: 7, iterationDueUs: 3, iterationFailed: true },
  });
});
