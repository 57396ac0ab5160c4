import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { SecondAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import { packSecond, unpackSecond } from "./packing.ts";

test("a second is packed once, and reads as it was", async () => {
  const second = new SecondAccumulator(7).toRecord(1, false);
  const packed = await packSecond(second);
  expect(await packSecond(second)).toBe(packed);
  expect(await unpackSecond(packed)).toEqual(second);
});

test("a packed second is kept no longer than the second itself", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  async function packAnother(): Promise<WeakRef<object>> {
    const second = new SecondAccumulator(8).toRecord(1, false);
    return new WeakRef(await packSecond(second));
  }
  const packed = await packAnother();
  // What a WeakRef was just asked for is alive until the turn ends.
  await turn();
  collect();
  expect(packed.deref()).toBeUndefined();
});
