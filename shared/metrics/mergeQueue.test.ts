import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";
import { MergeQueue } from "./mergeQueue.ts";
import { addSparse, encodeSparse } from "./sparseHistogram.ts";

function encoded(values: readonly number[]): Uint8Array {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return encodeSparse(histogram);
}

const added = fc.record({
  into: fc.nat({ max: 3 }),
  values: fc.array(fc.nat({ max: 10_000_000 }), { maxLength: 20 }),
  flush: fc.boolean(),
});

test("what waits comes to the same as what is added at once", () => {
  fc.assert(
    fc.property(fc.array(added, { maxLength: 40 }), (all) => {
      const queue = new MergeQueue();
      const [queued, direct] = [0, 1].map(() => Array.from({ length: 4 }, () => new Histogram()));
      for (const { into, values, flush } of all) {
        const bytes = encoded(values);
        queue.add(queued?.[into] as Histogram, bytes);
        addSparse(direct?.[into] as Histogram, bytes);
        if (flush) queue.flush();
      }
      queue.flush();
      expect(queued).toEqual(direct);
    }),
  );
});

test("so much waits at the most, however much comes", () => {
  const queue = new MergeQueue();
  const histogram = new Histogram();
  const bytes = encoded(Array.from({ length: 2_000 }, (_, i) => 1_000 + 7 * i));
  const times = Math.ceil(2_100_000 / bytes.length);
  for (let i = 0; i < times; i++) queue.add(histogram, bytes);
  expect(histogram.total).toBeGreaterThan(0);
  queue.flush();
  expect(histogram.total).toBe(2_000 * times);
});
