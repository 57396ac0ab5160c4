import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TimeHeap } from "./timeHeap.ts";

test("gives back what was put in, the earliest first", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 })), (times) => {
      const heap = new TimeHeap<number>();
      times.forEach((time, i) => heap.push(time, i));
      const out: number[] = [];
      while (heap.size > 0) {
        const { nextUs, next } = heap;
        expect(times[next]).toBe(nextUs);
        expect(heap.pop()).toBe(next);
        out.push(nextUs);
      }
      expect(out).toEqual(times.toSorted((a, b) => a - b));
      expect(heap.nextUs).toBe(Infinity);
    }),
  );
});

test("an empty one has nothing to give", () => {
  expect(() => new TimeHeap().pop()).toThrow(RangeError);
  expect(() => new TimeHeap().next).toThrow(RangeError);
});
