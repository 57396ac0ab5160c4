import * as fc from "fast-check";
import { expect, test } from "vitest";
import { histogramOf, latencyUs } from "./deltas.testing.ts";
import { Histogram } from "./histogram.ts";
import { addSparse, encodeSparse } from "./sparseHistogram.ts";
import { WindowHistogram } from "./windowHistogram.ts";

const contents = (histogram: Histogram) => {
  const { counts, total, sumUs, minUs, maxUs, clamped } = histogram;
  const used = [...counts.entries()].filter(([, count]) => count > 0);
  return { used, total, sumUs, minUs, maxUs, clamped };
};

function anew(parts: readonly Uint8Array[]): Histogram {
  const histogram = new Histogram();
  for (const part of parts) addSparse(histogram, part);
  return histogram;
}

test("after any adding and removing it is what merging the seconds that are left anew gives", () => {
  const part = fc.record({ second: fc.nat({ max: 8 }), values: fc.array(latencyUs) });
  const action = fc.oneof(part, fc.record({ remove: fc.nat({ max: 8 }) }));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
      const window = new WindowHistogram();
      const left = new Map<number, Uint8Array[]>();
      for (const one of actions) {
        if ("remove" in one) {
          window.remove(one.remove);
          left.delete(one.remove);
          continue;
        }
        const encoded = encodeSparse(histogramOf(one.values));
        window.add(one.second, encoded);
        left.set(one.second, [...(left.get(one.second) ?? []), encoded]);
      }
      const wanted = contents(anew([...left.values()].flat()));
      expect(window.read([], contents)).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});

test("values that are read with it are gone afterwards", () => {
  const window = new WindowHistogram();
  window.add(0, encodeSparse(histogramOf([1_000, 2_000])));
  const more = [
    { valueUs: 10, count: 3 },
    { valueUs: 5_000_000, count: 2 },
  ];
  const all = histogramOf([1_000, 2_000, 10, 10, 10, 5_000_000, 5_000_000]);
  expect(window.read(more, contents)).toEqual(contents(all));
  expect(window.read([], contents)).toEqual(contents(histogramOf([1_000, 2_000])));
});
