import { expect, test } from "vitest";
import { UploadSlots } from "./uploadSlots.ts";

test("uploads get a slot up to their number, and again when one is given back", () => {
  const slots = new UploadSlots({ count: 2, bytes: 100 });
  const first = slots.take(1);
  expect([slots.take(1), slots.take(1)]).toEqual([expect.any(Function), undefined]);
  first?.();
  expect(slots.take(1)).toBeDefined();
  expect(slots.take(1)).toBeUndefined();
});

test("uploads get a slot up to their bytes, and small ones still where large ones do not", () => {
  const slots = new UploadSlots({ count: 10, bytes: 100 });
  const first = slots.take(60);
  expect([slots.take(41), slots.take(40)]).toEqual([undefined, expect.any(Function)]);
  expect(slots.take(1)).toBeUndefined();
  first?.();
  expect(slots.take(60)).toBeDefined();
});

test("alone, an upload gets a slot whatever its size", () => {
  const slots = new UploadSlots({ count: 1, bytes: 10 });
  const large = slots.take(1_000);
  expect([large, slots.take(0)]).toEqual([expect.any(Function), undefined]);
  large?.();
  expect(slots.take(1_000)).toBeDefined();
});
