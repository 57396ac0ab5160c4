import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";
import { MergeQueue } from "./mergeQueue.ts";
import { addSparse, encodeReported } from "./sparseHistogram.ts";

function encoded(values: readonly number[]): Uint8Array {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return encodeReported(histogram);
}

/** As they come from Redis: one after the other, anywhere. */
function inOneBuffer(parts: readonly Uint8Array[]): Uint8Array[] {
  const memory = new Uint8Array(parts.reduce((sum, { length }) => sum + length + 3, 0));
  let at = 0;
  return parts.map((part) => {
    memory.set(part, at);
    const view = memory.subarray(at, at + part.length);
    at += part.length + 3;
    return view;
  });
}

/** Some far from each other, some in so many buckets near each other that they are written as bits. */
const values = fc.oneof(
  fc.array(fc.nat({ max: 10_000_000 }), { maxLength: 20 }),
  fc
    .record({ from: fc.constantFrom(0, 300, 900, 60_000), step: fc.constantFrom(1, 2, 3) })
    .map(({ from, step }) =>
      Array.from({ length: 400 }, (_, i) => from + ((i * 131) % 512) * step),
    ),
);

const added = fc.record({
  into: fc.nat({ max: 3 }),
  values,
  flush: fc.boolean(),
});

test("what waits comes to the same as what is added at once", () => {
  fc.assert(
    fc.property(fc.array(added, { maxLength: 40 }), (all) => {
      const queue = new MergeQueue();
      const [queued, direct] = [0, 1].map(() => Array.from({ length: 4 }, () => new Histogram()));
      const reports = inOneBuffer(all.map(({ values }) => encoded(values)));
      for (const [i, { into, flush }] of all.entries()) {
        const bytes = reports[i] as Uint8Array;
        queue.add(queued?.[into] as Histogram, bytes);
        addSparse(direct?.[into] as Histogram, bytes);
        if (flush) queue.flush();
      }
      queue.flush();
      expect(queued).toEqual(direct);
    }),
  );
});

test("more than the sums of bits hold comes to the same, too", () => {
  const queue = new MergeQueue();
  const [queued, direct] = [new Histogram(), new Histogram()];
  const bytes = encoded(Array.from({ length: 900 }, (_, i) => 2_000 + Math.floor(i / 3)));
  for (let i = 0; i < 300; i++) {
    queue.add(queued, bytes);
    addSparse(direct, bytes);
  }
  queue.flush();
  expect(queued).toEqual(direct);
  expect(queued.total).toBe(270_000);
});

test("so much waits at the most, however much comes", () => {
  const queue = new MergeQueue();
  const histogram = new Histogram();
  const bytes = encoded(Array.from({ length: 2_000 }, (_, i) => 1_000 + 7 * i));
  const times = Math.ceil(4_200_000 / bytes.length);
  for (let i = 0; i < times; i++) queue.add(histogram, bytes);
  expect(histogram.total).toBeGreaterThan(0);
  queue.flush();
  expect(histogram.total).toBe(2_000 * times);
});
